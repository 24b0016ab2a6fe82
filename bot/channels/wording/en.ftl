# Telegram's menu of commands.

command-start = Start or go on with a rating
command-language = Choose a language · 语言
command-help = How to rate
command-privacy = Your privacy
command-receipt = Check a receipt
command-promise = A signed promise about a rating
command-followup = My requests
command-delete = Delete my ratings

# In place of a message that showed answers and that Telegram no longer deletes.
cleared = (Cleared)

deleted-telegram = Messages of the last 48 hours that showed your answers are removed from this chat; please delete older ones yourself.
deleted-wechat = We cannot delete messages in the chat app; please do so yourself.
# The button to, or the words before, the page of a promise.
promise-open = Open its page, to keep it
identity-open = Open the page to confirm

typed-stays = Telegram does not let us delete the answer that you just typed, so it stays in the chat. To remove it, press the message and delete it.
press-unread = This button does not work here. Please send /start.

# WeChat and WeCom have no buttons: choices are written with numbers. For words such as “start” see wechat/parsing.py.
text-number = Please reply with a number.
text-both = Please reply with a number, or with: { $words }
text-search = Please reply with a number or the name of a unit.
text-search-both = Please reply with a number or the name of a unit, or with: { $words }
text-words = You can also reply: { $words }
text-review = If all is right, please reply: { $submit }
text-change = To change an item, reply with its number. To give up, reply: { $stop }
text-start = English: please reply “start”
text-between = , { "" }
text-choose = · Reply with the number of an option, or with its words.
text-commands = You can also reply: start, view, language, privacy, receipt, promise, delete, web; or STOP for no more invitations.
text-no-requests = What you write here is only counted and goes to no office, so there are no requests. To get an answer, reply “web” and rate on the web.
text-more = (This was long and is shortened.)
text-busy = We are a little busy and have not finished with your last message. Please reply “view” in a while to see where you are.
text-unseen = The answer to your message before did not reach you in time, so this one changed nothing. Here is where you are.
text-seen-wechat = What you send here stays in the chat, and those who run this account may see it.
text-seen-wecom = What you send here stays in the chat, and your organisation's administrators may see it.
text-web = To keep it out of the chat, rate on the web instead; it takes a minute as well:
