# Rectification: citizens' requests, their steps and the messages about them.

rectification-no-such-request = there is no such request
rectification-text-missing = there is no text
rectification-text-too-long = the text is longer than { $max } characters
rectification-changed-just-now = somebody else did this just now; look at it again
rectification-request-stopped = the citizen has stopped this request, or there is no such request
