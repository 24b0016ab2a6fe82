# What every part of the web server says when it refuses a request.

web-no-such-address = there is nothing at this address; /api/v1/openapi.json lists what there is
web-method-not-allowed = this address cannot be asked in this way; the header Allow says how
web-request-too-large = the request is too large
web-body-compressed = a body is taken uncompressed only; leave out Content-Encoding
web-failed = something went wrong on our side; try again later
web-database-away = the service cannot reach its database just now; try again in a moment
web-no-such-release = there is no release of this number
