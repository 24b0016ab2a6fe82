"""The public pages: the web chat, the results and the public log.

Nobody signs in here. A citizen is a random id in a cookie with our stamp; the conductor turns it
into a pseudonym, and no page stores an answer. The results show released, disclosed figures of
published campaigns alone.
"""
