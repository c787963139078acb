"""Names of the region, by tradition: given names of men and women, family names, and how each may be spelt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tradition:
    """One naming tradition. `form` says how names are put together (naming.py); `ethnic` the NHS 2001 codes used."""

    name: str
    weight: float
    form: str
    men: tuple[str, ...]
    women: tuple[str, ...]
    family: tuple[str, ...]
    ethnic: str


def _w(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_OLD_MEN = _w("John William George Ronald Kenneth Dennis Frederick Arthur Albert Harold Leslie Raymond Derek Gordon Norman Roy Stanley Brian Donald Eric Alan Peter Malcolm Trevor Barry Keith Graham Roger")
_MEN = _w("David Paul Andrew Mark Stephen Steven Ian Gary Kevin Richard Robert Michael Christopher Anthony Simon Matthew Daniel James Thomas Adam Lee Darren Craig Gavin Stuart Neil Jason Dean Wayne Carl Scott Ryan Ben Benjamin Joshua Luke Jack Liam Nathan Callum Connor Jordan Kyle Aaron Harry Oliver Charlie George Alfie Archie Noah Leo Theo Oscar Jake Lewis Joseph Samuel Alexander Edward Henry Max Finley Mason Tyler Bradley Jamie Shane Dylan Reece Kieran Elliot Toby")
_OLD_WOMEN = _w("Margaret Jean Joan Doris Dorothy Elsie Edna Irene Hilda Joyce Sheila Beryl Barbara Maureen Audrey Brenda Sylvia Shirley Patricia Valerie Pauline Christine Marion Rita Kathleen Gladys")
_WOMEN = _w("Susan Linda Carol Julie Karen Deborah Tracey Sharon Jacqueline Angela Alison Helen Joanne Lisa Michelle Nicola Samantha Claire Sarah Rebecca Emma Laura Rachel Kelly Donna Gemma Stacey Natalie Hayley Kirsty Victoria Jennifer Amy Hannah Charlotte Jessica Lauren Sophie Chloe Emily Megan Bethany Abigail Georgia Jade Paige Shannon Leah Molly Ellie Katie Lucy Grace Olivia Amelia Isla Ava Mia Freya Poppy Daisy Evie Ruby Lily Florence Elizabeth Catherine Katherine Caitlin Holly Zoe Eleanor Alice Harriet Kayleigh Melissa Danielle Stephanie")
_ENGLISH = _w("Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Harris Cooper Hill Ward Turner Moore Morris Hughes Edwards Price Bennett Parker Cook Baker Carter Phillips Shaw Griffiths Lewis Allen Foster Hunt Palmer Mills Webb Perry Rogers Mason Rose Barnes Knight Stone Webster Gittins Hadley Tromans Priest Homer Bloomer Parkes Dunn Cartwright Raybould Detheridge Round Hingley Billingham Pearson Fellows Willetts Southall Westwood Slater Yardley Guest Cutler Darby Whitehouse Worton Aston Timmins Danks Fletcher Attwood Rudge Skidmore Tranter Bayliss Millward Holloway Nock Pargeter Siviter Hackett Grainger Mullett Shakespeare Dews Bird Field Stokes Hickman Faulkner Baggott Jukes Bate Beddard")
_ENDS = ("ley", "ford", "wood", "field", "worth", "bridge", "ham", "ton", "more", "well", "man", "son", "croft", "gate", "stead", "bury", "cott", "low", "den", "sby")
_STARTS = ("Ash", "Black", "Hart", "Whit", "Brad", "Hol", "Stan", "Thorn", "Cran", "Wal", "Red", "Kings", "Beck", "Lang", "North", "East", "Sut", "Mid", "Hav", "Ram", "Bar", "Wes", "Cot", "Pem", "Rad", "Hal", "Ald", "Wins", "Bur", "Chat")
_TAIL = tuple(s + e for e in _ENDS for s in _STARTS)

_MUSLIM_MEN = _w("Imran Asif Tariq Khalid Nadeem Shahid Usman Bilal Hamza Adeel Faisal Kamran Waqar Zahid Sajid Amir Junaid Yusuf Ibrahim Haroon Idris Hassan Ali Omar Rizwan Shabir Arshad Javed Nasir Pervez Rashid Saleem Tahir Zubair Waseem Naveed Adnan Yasir Shoaib Rehan Danish Fahad Aqib Saqib Ismail Zakariya Musa Ayaan Zayn Ehsan")
_MUSLIM_WOMEN = _w("Shabana Nasreen Rubina Saima Ayesha Fatima Zainab Khadija Amina Sana Hina Rabia Sadia Farzana Parveen Shazia Samina Uzma Nazia Tahira Yasmin Bushra Iqra Maryam Mariam Aisha Noor Zara Hafsa Sumaira Rukhsana Shaheen Tasleem Kausar Safia Zahra Anam Mehwish Naila Robina")
_PK_FAMILY = _w("Khan Hussain Ahmed Malik Mahmood Iqbal Shah Akhtar Ali Mir Raja Butt Chaudhry Qureshi Mirza Sheikh Siddique Aziz Rafiq Rehman Yaqub Zaman Shafiq Hanif Sadiq Bashir Saleem Latif Riaz Younis")

TRADITIONS: tuple[Tradition, ...] = (
    Tradition("english", 56, "british", _OLD_MEN + _MEN, _OLD_WOMEN + _WOMEN, _ENGLISH + _TAIL, "AAAAAAAAZ"),
    Tradition("welsh", 2, "british", _w("Gareth Rhys Owain Dylan Huw Iwan Dafydd Emyr Ieuan Gethin") + _MEN[:30], _w("Rhian Sian Carys Ffion Bethan Cerys Nia Eleri Lowri Angharad") + _WOMEN[:30], _w("Jones Davies Williams Evans Thomas Roberts Lewis Hughes Morgan Griffiths Edwards Owen James Rees Jenkins Price Morris Powell Llewellyn Probert Bowen Pugh Vaughan"), "A"),
    Tradition("irish", 2, "british", _w("Patrick Sean Declan Brendan Kieran Niall Conor Eamon Cormac Padraig Fergus Dermot Michael John Martin Thomas"), _w("Bridget Siobhan Niamh Aoife Sinead Orla Maeve Ciara Roisin Grainne Kathleen Mary Bernadette Noreen Teresa"), _w("Murphy Kelly O'Brien Byrne Ryan O'Connor Walsh McCarthy Gallagher Doherty Kennedy Lynch Murray Quinn Moore O'Neill Fitzgerald Brennan Duffy McGrath O'Sullivan"), "B"),
    Tradition("pakistani", 10, "pakistani", _MUSLIM_MEN, _MUSLIM_WOMEN, _PK_FAMILY, "JJJJZ"),
    Tradition("punjabi_sikh", 8, "sikh", _w("Harpreet Gurpreet Manjit Jaswinder Balbir Sukhdev Amarjit Rajinder Kulwinder Paramjit Harjinder Satnam Surjit Baljit Mandeep Navdeep Jasdeep Simran Arjan Gurdeep Lakhbir Ranjit Tejinder Inderjit Jagdeep Karamjit Hardeep Avtar Mohan Joga"), _w("Harpreet Gurpreet Manjit Jaswinder Balbir Sukhdev Amarjit Rajinder Kulwinder Paramjit Harjinder Surinder Satwinder Baljit Mandeep Navdeep Jasdeep Simran Kiran Gurdeep Ranjit Tejinder Inderjit Davinder Kamaljit Hardeep Narinder Balwinder Rupinder Jasleen"), _w("Gill Sandhu Dhillon Sidhu Grewal Bains Atwal Johal Sahota Dhaliwal Uppal Sangha Chahal Mann Purewal Rai Samra Nagra Hayer Bassi Dosanjh Cheema Virk Kang Lally Basra Kooner"), "HHHH"),
    Tradition("gujarati", 4, "simple", _w("Rajesh Bharat Nilesh Kiran Mukesh Dinesh Hitesh Jayesh Amit Vijay Sanjay Rakesh Pankaj Ashok Dilip Mahesh Naresh Paresh Chirag Dhruv Jay Krishna Nikhil Rohan Dev Aarav"), _w("Hansa Jyoti Meena Nisha Bhavna Kalpana Daksha Rekha Sonal Hetal Pooja Priya Kavita Anjali Smita Urvashi Varsha Manisha Dipti Trupti Roshni Diya Riya Asha"), _w("Patel Shah Mistry Desai Parmar Solanki Chauhan Lad Joshi Mehta Tailor Gohil Vaghela Rana Kapadia Modi Prajapati Suthar Limbachia"), "H"),
    Tradition("bangladeshi", 4, "bangladeshi", _w("Abdul Shahin Kamal Jamal Shofiq Ruhul Anwar Mizanur Habibur Faruk Nurul Monir Sirajul Aminul Rafiqul Shamim Jewel Rubel Tanvir Sohel Mahbub Azizur Delwar Rezaul Liton"), _w("Rahima Fatema Tasnim Nasima Shahana Rina Jahanara Salma Rokeya Sultana Hasina Nazma Shirin Momtaz Ayesha Rukiya Sabina Taslima Farida Lipi Sharmin Afia Mahmuda"), _w("Miah Ullah Uddin Ali Choudhury Islam Rahman Hoque Talukdar Khan Hussain Ahmed Sarkar Alom Kabir Begum Haque"), "KKKKZ"),
    Tradition("somali", 1.6, "patronymic", _w("Mohamed Abdi Hassan Ahmed Ali Yusuf Omar Farah Ibrahim Osman Jama Warsame Abdullahi Mahad Liban Guled Ismail Abshir Nur Hersi Dahir Aden Salad"), _w("Amina Hodan Fadumo Asha Halima Sahra Khadra Ifrah Hibo Ayan Nimo Sagal Deqa Ubah Faiza Maryan Safiya Idil Zamzam Hawa Roda"), ("",), "NNZ"),
    Tradition("arabic", 1.6, "arabic", _w("Ahmad Mahmoud Khaled Omar Yousef Hassan Hussein Ali Karim Tarek Samir Nabil Walid Ziad Fadi Mustafa Ibrahim Bashar Rami Saif Abdul-Rahman Abdullah Abdul-Karim Anas Bilal"), _w("Fatima Maryam Layla Noor Huda Rania Samira Amal Nadia Hanan Dina Salma Zeinab Rasha Mona Lina Yasmin Sahar Rana Dalia Hiba"), _w("Al-Hassan Al-Jabri Al-Saadi El-Masri Haddad Khalil Nasser Mansour Saleh Al-Khatib Al-Ali Darwish Hamdan Al-Rashid Said Ibrahim Al-Obaidi El-Sayed Al-Tamimi"), "SZ"),
    Tradition("polish", 3.4, "polish", _w("Piotr Krzysztof Andrzej Tomasz Paweł Marcin Michał Łukasz Grzegorz Adam Mateusz Kamil Jakub Wojciech Rafał Dawid Szymon Filip Jan Bartosz Sławomir Zbigniew"), _w("Anna Katarzyna Małgorzata Agnieszka Barbara Ewa Magdalena Joanna Monika Aleksandra Natalia Julia Zofia Karolina Beata Dorota Iwona Oliwia Maja Wiktoria Bożena Grażyna"), _w("Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Krawczyk Piotrowski Grabowski Pawłowski Michalski Król Jabłoński Zając Wieczorek"), "CCCZ"),
    Tradition("romanian", 2.4, "romanian", _w("Andrei Ion Mihai Alexandru Gheorghe Vasile Florin Marius Cristian Adrian Ionut Stefan Gabriel Daniel Nicolae Razvan Vlad Constantin Dumitru Radu Cosmin Catalin"), _w("Maria Elena Ioana Andreea Mihaela Cristina Alina Daniela Gabriela Simona Ana Georgiana Raluca Florentina Roxana Alexandra Denisa Bianca Loredana Mirela"), _w("Popescu Ionescu Popa Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Munteanu Lazar Nistor Florea Dobre Barbu Marin Tudor Dinu Moldovan Constantin"), "CCZ"),
    Tradition("nigerian", 2.4, "nigerian", _w("Oluwaseun Adebayo Chinedu Emeka Tunde Babatunde Kelechi Obinna Olumide Ikechukwu Femi Segun Uche Kayode Chukwuma Ayodele Emmanuel Samuel Daniel David Victor"), _w("Ngozi Folake Chioma Adaeze Funmilayo Bukola Ifeoma Nkechi Titilayo Yetunde Amaka Oluchi Temitope Abimbola Chiamaka Omolara Blessing Grace Joy Esther Mercy Precious Faith"), _w("Okafor Adeyemi Okonkwo Balogun Eze Adebayo Okoro Ogunleye Nwosu Adeleke Obi Afolabi Chukwu Oyelaran Ibrahim Akinola Uzoma Bello Ojo Nwachukwu Olawale"), "N"),
    Tradition("caribbean", 3.6, "british", _w("Winston Delroy Leroy Carlton Neville Clive Errol Trevor Desmond Curtis Marlon Leon Jermaine Tyrone Dwayne Andre Marcus Jerome Kemar Tyrell Malachi Jayden Isaiah Nathaniel Rohan"), _w("Marcia Beverley Yvonne Sonia Claudette Hyacinth Precious Nadine Simone Chantelle Shanice Keisha Latoya Aaliyah Tanisha Renee Natasha Dionne Paulette Lorna Merlene Kadisha Tiana Amara"), _w("Campbell Brown Williams Grant Stewart Gordon Reid Francis Bailey Clarke Thomas Henry Morgan Powell Johnson Wright Samuels McKenzie Dixon Allen Lawrence Blake Simpson Walters Graham"), "MMMD"),
    Tradition("chinese", 1.4, "chinese", _w("Ming-Bo Wei Jun Hao Jian-Guo Zhi-Qiang Kai Xin-Yu Chun-Hei Ka-Ming Chi-Wai Tsz-Kin Hong Lei Feng Siu-Ming Yi-Fan Bo"), _w("Mei Li-Na Xiao-Ling Yan Hui Jing Wai-Yee Suk-Yin Ka-Yan Hoi-Ching Fang Ying Lan Yu-Ting Mei-Ling Pui-Shan Xin Yi"), _w("Wong Chan Li Wang Zhang Liu Chen Cheung Ng Leung Lam Lau Ho Yeung Tang Huang Zhou Wu Xu Lin Ho Tsang"), "RRZ"),
)  # fmt: skip

SPELLINGS: dict[str, tuple[str, ...]] = {
    "Mohammed": ("Muhammad", "Mohamed", "Mohammad", "Muhammed", "Mohamad", "Md", "Mohd", "Moh"),
    "Mohamed": ("Mohammed", "Maxamed", "Muhamed", "Mohamud"),
    "Hussain": ("Hussein", "Husain", "Hossain", "Husein", "Hussien"),
    "Ahmed": ("Ahmad", "Ahamed", "Axmed", "Ahmid"), "Yusuf": ("Yousuf", "Yousef", "Yusef", "Youssef"),
    "Choudhury": ("Chowdhury", "Chaudhury", "Choudhry", "Chaudhry"), "Chaudhry": ("Choudhry", "Chaudhary", "Chowdry"),
    "Miah": ("Mia", "Meah", "Miya"), "Uddin": ("Udin", "Uddeen"), "Begum": ("Begom", "Begam"), "Hassan": ("Hasan", "Xasan", "Hassen"),
    "Khadija": ("Khadijah", "Kadija", "Khadeeja"), "Aisha": ("Ayesha", "Aysha", "Aishah"), "Ayesha": ("Aisha", "Aysha"),
    "Fatima": ("Fatimah", "Fatema", "Fathima"), "Fatema": ("Fatima", "Fatama"), "Zainab": ("Zaynab", "Zeinab"),
    "Yasmin": ("Yasmeen", "Jasmin"), "Mahmood": ("Mehmood", "Mahmoud"), "Rehman": ("Rahman", "Rehmaan"), "Sheikh": ("Shaikh", "Shaik"),
    "Qureshi": ("Quraishi", "Kureshi"), "Siddique": ("Siddiq", "Sadiq"), "Tariq": ("Tarik", "Tareq"), "Usman": ("Osman", "Uthman"),
    "Omar": ("Umar", "Cumar"), "Ali": ("Aly", "Cali"), "Hoque": ("Haque", "Haq", "Hoq"), "Osman": ("Cusman", "Othman"),
    "Gurpreet": ("Gurprit",), "Harpreet": ("Harprit",), "Jaswinder": ("Jasvinder",), "Sandhu": ("Sandu",), "Dhillon": ("Dillon", "Dhilon"),
    "Abdi": ("Cabdi",), "Farah": ("Faarax", "Farax"), "Halima": ("Xaliimo", "Halimo"), "Hodan": ("Xodan",),
    "Stephen": ("Steven",), "Steven": ("Stephen",), "Catherine": ("Katherine", "Kathryn"), "Katherine": ("Catherine", "Kathryn"),
    "Claire": ("Clare",), "Sarah": ("Sara",), "Rachel": ("Rachael",), "Megan": ("Meghan",), "Kieran": ("Kieron", "Ciaran"), "Connor": ("Conor",),
    "Callum": ("Calum",), "Davies": ("Davis",), "Clarke": ("Clark",), "Thompson": ("Thomson",), "Philips": ("Phillips",), "Phillips": ("Philips",),
    "Allen": ("Allan", "Alan"), "Siobhan": ("Shevaun",), "Sean": ("Shaun", "Shawn"), "Niamh": ("Neve",), "Maryam": ("Mariam", "Miriam"),
    "Babatunde": ("Tunde",), "Oluwaseun": ("Seun", "Olu"), "Wong": ("Huang",), "Chan": ("Chen",), "Popescu": ("Popesku",),
}  # fmt: skip

SHORT: dict[str, tuple[str, ...]] = {
    "Robert": ("Bob", "Rob"), "William": ("Bill", "Will"), "Richard": ("Rick", "Dick"), "James": ("Jim", "Jamie"), "Michael": ("Mike", "Mick"),
    "David": ("Dave",), "Christopher": ("Chris",), "Anthony": ("Tony",), "Andrew": ("Andy",), "Stephen": ("Steve",), "Steven": ("Steve",),
    "Matthew": ("Matt",), "Daniel": ("Dan", "Danny"), "Thomas": ("Tom",), "Benjamin": ("Ben",), "Joshua": ("Josh",), "Nathan": ("Nate",),
    "Joseph": ("Joe",), "Samuel": ("Sam",), "Alexander": ("Alex",), "Edward": ("Ted", "Ed"), "Kenneth": ("Ken",), "Ronald": ("Ron",),
    "Frederick": ("Fred",), "Leslie": ("Les",), "Raymond": ("Ray",), "Patrick": ("Pat", "Paddy"), "Charlie": ("Charles",), "Harry": ("Henry",),
    "Margaret": ("Maggie", "Peggy"), "Susan": ("Sue",), "Deborah": ("Debbie",), "Jacqueline": ("Jackie",), "Christine": ("Chris",),
    "Patricia": ("Pat", "Trish"), "Samantha": ("Sam",), "Rebecca": ("Becky",), "Jennifer": ("Jenny",), "Victoria": ("Vicky",), "Katie": ("Kate",),
    "Elizabeth": ("Liz", "Beth"), "Joanne": ("Jo",), "Nicola": ("Nicky",), "Natalie": ("Nat",), "Abigail": ("Abi",), "Charlotte": ("Lottie",),
    "Eleanor": ("Ellie",), "Stephanie": ("Steph",), "Kathleen": ("Kath",), "Catherine": ("Cath", "Kate"), "Danielle": ("Dani",), "Imran": ("Immy",),
    "Harpreet": ("Harry",), "Gurpreet": ("Gary",), "Oluwaseun": ("Sean",), "Katarzyna": ("Kasia",), "Małgorzata": ("Gosia",), "Krzysztof": ("Chris",),
    "Grzegorz": ("Greg",), "Piotr": ("Peter",), "Alexandru": ("Alex",), "Mihaela": ("Michaela",), "Desmond": ("Des",), "Kamaljit": ("Kam",),
}  # fmt: skip

TITLES_OF_WOMEN = ("Begum", "Bibi", "Khatun", "Akhtar", "Kausar", "Parveen")
"""Second names of women in Pakistani and Bangladeshi families: titles, not family names (domain notes, section 5)."""
