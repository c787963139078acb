import warnings

# Where pyspark is installed, Splink imports it, and PySpark warns of pandas 3, of which nothing is used with it.
warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
