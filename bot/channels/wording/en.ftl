# Telegram's menu of commands.

command-start = Start or go on with a rating
command-language = Choose a language · 语言
command-help = How to rate
command-privacy = Your privacy
command-receipt = Check a receipt
command-delete = Delete my ratings

# In place of a message that showed answers and that Telegram no longer deletes.
cleared = (Cleared)
