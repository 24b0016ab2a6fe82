# The public log as it is read.

transparency-sizes-unknown = the log has not had these sizes in this order; ask for sizes up to that of its checkpoint
