"""All input and output: channels, storage, pages, files and the command line."""
