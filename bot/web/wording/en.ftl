# The words of the web pages (those of the conversation are in survey_flows/wording).

language-name = English
product = Minping
product-long = Minping · Citizens rate their government
skip-link = Skip to content
brand-home = Minping, home

start-default = Please give your rating
start-unit = You will rate: { $unit }
start-lead = Your rating counts in the department’s yearly appraisal.
start-promise-anonymous = Anonymous. The unit you rate will not know who you are.
start-promise-short = About a minute. You can stop at any time.
start-promise-again = Until it closes you may rate again, or delete everything.
start-promise-free = Nobody may tell you how to rate.
start-begin = Start
start-cookie = So that you can go on after a break, and so that each person counts once, pressing “Start” keeps a random number (a cookie) in your browser; it expires after 90 days. We use no other tracking or analytics.
start-cookie-refused = Your browser did not accept our random number (a cookie), so we cannot go on. Please allow cookies for this site in the browser’s settings, then press “Start” again.
start-previous = Not finished with an earlier rating?
start-resume = Back to the conversation

progress = Step { $step } of { $steps }
selected = (your present answer)
field-search = Find a unit (name, pinyin or code)
field-text = Your answer
field-number = Your answer (a whole number)
send-search = Find
send-text = Done, go on
send-number = Done, go on
ask-language = 语言 Language
ask-help = Help
ask-privacy = Privacy
ask-delete = Delete my ratings
ask-menu = More
notice = Notice
receipt-label = Receipt
nothing-here = There is nothing to show at present.
go-on = Go on
offline = No connection: your last choice has not been sent. Please check the network and press it again.
sending = Saving…

text-help = Help
text-privacy = Privacy
text-back = Back
text-cookie = This site keeps one random number (a cookie), only after you press “Start”, to go on with your conversation; it expires after 90 days. There is no tracking and no analytics.

unsaved-title = Your last answer is not saved yet
unsaved-text = The service cannot store it just now. What you entered is still on this page: wait a moment, then press “Try again”.
unsaved-retry = Try again

trouble-400-title = That request was incomplete
trouble-400-text = Please go back and try again.
trouble-403-title = That was not accepted
trouble-403-text = It did not come from a page of this site, or you lack the permission. Please begin at the home page.
trouble-404-title = There is no such page
trouble-404-text = The address may be incomplete. You can begin at the home page.
trouble-405-title = This address cannot be opened like that
trouble-405-text = Please begin at the home page.
trouble-413-title = That was too long
trouble-413-text = Nothing was saved. Please shorten it and try again.
trouble-429-title = Please come back a little later
trouble-429-text = Too many new ratings were started from your network. It will work again within an hour; ratings under way are not affected.
trouble-500-title = Sorry, something went wrong on this page
trouble-500-text = What you had answered is kept. Please go on from the home page.
trouble-503-title = Not available just now
trouble-503-text = What you had answered is kept. Please try again in a moment.
trouble-home = Home page
trouble-retry = Try again
