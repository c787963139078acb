"""Handing over: what a published night holds for each reader, sealed to that reader's keys and carried to them.

Order: publish, then deliver. Delivery reads a published night and writes only its outbox, so a failed delivery never
undoes a night. At least once, and never twice seen: the id of a delivery follows from night, reader and content, and its
file bears it. pyrage, asyncssh and mesh-client come with `pip install linkage[deliver]`; the outbox on disk needs none.
"""
