# Every sentence that citizens see.
# date: year and time are texts; month and day are numbers.

language-name = English
date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }, { $time }
date-end = the end of { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
begin = Start

organiser = Run by { $organiser } · { $phone } · privacy: { $privacy }
organiser-between = { " · " }
pilot = This is a pilot: it counts in no appraisal.
welcome =
    Hello! It takes about a minute, and your name is not asked. We give the unit nothing that identifies you.
    You can stop at any time. Until { $date } you may rate again; the last one counts.

door = Several surveys are open. Please choose one, or type the name of the unit you want to rate.
door-unit = { $unit } can be rated in more than one survey. Please choose one.
door-found = This unit is in the survey below. Please choose it.
door-campaign = { $title } (until { $date })

units =
    { $title }
    Please choose the unit you want to rate. You can also type its name, its code or what you came for.
units-page = Page { $page } of { $pages }
units-found = { $count ->
    [one] One unit found. Choose it, or type another word.
   *[other] { $count } units found. Choose one, or type another word.
}
units-none = No unit matches. Try another word, or choose from the list below.
units-perhaps = No unit matches exactly. Perhaps you mean one of these; if not, try another word.
units-not-rated = What you are looking for is not rated in this survey. Try another word, or choose from the list below.
units-empty = There is no unit to rate at present.
units-all = Show all units
page-previous = ‹ Previous
page-next = Next ›

other-ask = Your rating of { $unit } is not submitted yet, and its answers are kept. Do you want to rate { $other } first? The answers about { $unit } stay.
other-stay = Go on with { $unit }
other-go = Rate { $unit } first
other-full = Your rating of { $unit } is not submitted yet, nor are { $count } others. Please go on with one of them, or give up the answers about { $unit }, before you rate { $other }.
other-drop = Clear the answers about { $unit } and rate { $other }
leave-ask = You have a rating that is not submitted yet. What you opened belongs to another survey; going there clears the answers that are not submitted.
leave-stay = Go on rating
leave-go = Clear them and go to the other survey
put-aside = Your rating of { $unit } is not submitted yet. It is kept; go on with it under “Not submitted yet”.
waiting = Ratings not submitted yet come first; choose one to go on with it.
waiting-open = Not submitted yet ({ $count })
waiting-go = Not submitted: go on with { $unit }
resumed = This is your rating that is not submitted yet. Just go on.
whose-ask = { $unit } has been rated from this browser. Submitting again replaces that rating.
whose-note = If another person holds the device now, choose “Another person rates”: the earlier rating stays as it is, what was answered cannot be seen here, and answers not submitted cannot be gone on with here.
whose-mine = Change my rating
whose-other = Another person rates
whose-back = Not now, show other units
continuing = You have a rating that is not submitted yet, so let us go on with it. Press “Stop” if you would rather not.
link-unknown = This link has expired or is incomplete. You can take part all the same.
unit-unknown = The unit in this link was not found.
unit-full = As many people as needed have already rated { $unit } this time. Thank you all the same. Nothing was submitted; you are welcome to rate another unit below.
unit-full-mark = { $unit } (no places left)
unit-gone = This unit can no longer be rated. Your unsubmitted answers were cleared; please choose another unit.
dropped = Your earlier unsubmitted answers were cleared.
hidden = Some questions no longer apply, and the answers to them were removed.
stopped = Stopped. Nothing was submitted, and the answers you had given were cleared.
timed-out = It has been a while since your last answer, so the unsubmitted answers were cleared. You are welcome to start again.
stale = That button is out of date. Nothing was changed; here is where you are.
early = Your message was sent before you could see this step, so nothing was changed. Here is where you are.
edit-late = The message that you edited can no longer be changed, so nothing was changed. To change an answer, go back to it with the buttons below; to change a submitted rating, rate again.
noted = Already noted.
use-buttons = Please choose one of the options below, or type its number.
press-submit = Please press the “Submit” button to submit.

stopped-redo = Stopped. The rating that you submitted before stays as it is.
use-labels = Your answer was not understood. Please choose one below, or reply with one of these: “{ $labels }”.
label-between = ”, “
media-voice = Sorry, we cannot listen to voice messages, and this one was not kept. Please choose one below, or write.
media-photo = Sorry, we cannot look at pictures and videos, and this was not kept. Please choose one below, or write.
media-location = We do not need your location, and it was not kept. Please go on with the present step.
media-contact = We need no telephone numbers or contacts, and this was not kept. Please go on with the present step.
media-other = Sorry, we cannot read this kind of message, and it was not kept. Please choose one below, or write.
media-caption = We took the words only; the picture or file with them was not kept.
said-who-sees = We do not ask your name and give the unit nothing that identifies you; only totals are published. More: /privacy
said-who-are-you = This is the survey “{ $title }”, answered by a program, not by a person. We take no money, give none, and ask for no passwords or codes. If in doubt, wait, and ask 12345.
said-who-are-you-code = This is the survey “{ $title }”, answered by a program, not by a person. We take no money, give none, and ask for no passwords, nor for codes in the chat. Should you choose to confirm that you are one person, the code goes only into the page that you opened. If in doubt, wait, and ask 12345.
said-abuse = You sound angry. How you rate is up to you; please go on with the present step. What you want to say can go into the comment.
said-number = Please leave no telephone or identity numbers here; this one was not kept. Please go on with the present step.
said-pressed = Nobody may tell you how to rate or ask to see your answers. Who had to rate in front of others can rate again later: the last rating counts, and a receipt shows no answers. While you rate a unit, a button under the help tells us.
said-change = Until { $date } you may change it: rate the unit again, and the last rating counts. To delete all of them, use “Delete my ratings” (/delete). Before submitting, go back, or edit an answer at the review.
said-when = It closes at { $date }. No scores are published while it runs; the organiser publishes the results after the close.
said-human = This is answered by a program; nobody sits here. To ask a person, call the organiser, or 12345.
said-how-many = You may rate several units, one after the other; of one unit, your last rating counts. A unit that you know without having used it can be rated, too.
said-receipt = A receipt is the code that you get after submitting. It shows that a rating was received, and no answers; about an hour later it tells you whether the rating is in the public log.
said-use = Results are used in the yearly appraisal; ratings by a unit’s own staff are kept apart.
said-thanks = Thank you! The present step is below.
said-question = Sorry, this is a program and cannot answer that. How to rate: /help. Your privacy: /privacy
opt-out-ask = Do you want no more invitations, or is this your comment?
quit-opinion = Do you want to stop this rating, or is this your comment? Stopping clears its answers that are not submitted.
quit-which = Do you want to stop this rating, to get no more invitations, or is this your comment? Stopping clears its answers that are not submitted.
quit-ask = Do you want to stop this rating? Its answers that are not submitted are cleared then.
quit-yes = Stop this rating
quit-list = If you would rather not rate, just leave; what is not submitted is no rating. To rate, choose a unit below, or type its name.
opt-out-yes = No more invitations
opt-out-opinion = It is my comment
opt-out-how = To get no more invitations, reply STOP. To rate, choose a unit below, or type its name.
opted-in = You may be invited again. To stop this, reply STOP.

write = Please type your answer ({ $limit } characters at most).
write-number = Please type a whole number.
now-chosen = Your answer at present:
box-number = Please write in words what you want to say here; if there is nothing, choose “{ $skip }”.
text-empty = No text arrived. Please type it again.
text-long = You wrote { $length } characters; { $limit } is the most. Please shorten it and send it again. Your other answers are kept.
integer-bad = Please type a whole number, for example 3.
integer-low = Please type a whole number, { $limit } or more.
integer-high = Please type a whole number, { $limit } or less.

back = ‹ Back
skip = Skip
keep = Keep and go on
read-on = Continue
stop = Stop

review = { $unit } · your rating
review-open = Not submitted yet. Please check.
review-between = : { "" }
review-note = Please rate as you see it yourself. Nobody may tell you how to rate or ask to see your answers.
not-filled = (left empty)
submit = Submit
change = Edit { $number }

receipt =
    Your rating of { $unit } has been received. Thank you!
    Receipt:
receipt-where = The receipt says that your rating was received. It does not show your answers. After about an hour you can send it here, or type it on the page /receipt of this survey’s website, to see whether it is in the public log.
receipt-note =
    { $where }
    Until { $date } you may rate again, and the last one counts. If someone pressed you for a certain rating, you can set it right this way, and tell us with the last button below.
receipt-in = ✓ This receipt is in the public log: the rating was received and has not been removed from the log.
receipt-not-yet = This receipt is not in the public log yet. Ratings are logged in batches, usually within the hour and at the latest when the survey closes. Please check that you typed it correctly, or ask again later.
receipt-lost = This receipt is in the public log, but the rating was lost with our data when a disk failed, and does not count. While the survey is open, please rate again.
loss-told = Our data was put back from a backup after a disk failed. What was rated between { $since } and { $until } may be lost: if you rated then, please check your receipt, or just rate again.
receipt-maybe-lost = This receipt is not in the public log. Our data was put back from a backup after a disk failed: if you got the receipt before that, please rate again while the survey is open. A newer rating is logged within the hour, at the latest when the survey closes.
receipt-how = Please send the 16 characters of your receipt, for example ABCD-EFGH-IJKL-MNOP. You will see whether it is in the public log, never what was answered.
promise-ask = Get a signed promise
promise =
    A signed promise about your rating
    You may have one, and need none: a rating counts without it.
    · It proves that this service took a rating under your receipt and owes it an entry in the public log, at the latest on { $date }. Should the entry be missing once the log is closed, anybody can see it by this promise.
    · It does not prove which unit you rated, how, or that the rating still counts.
    · Whoever sees it knows that you took part, and by two of them that you rated more than once. Nobody may ask to see it.
    · It can be had now only: until you go on, and for about an hour.
promise-show = Show it
promise-back = Not now
promised = Your signed promise
promised-note = Open the page of the promise, and keep its text or its file. If others use your phone, do not leave it in the chat.
promise-done = I have kept it
promise-none = There is no promise to give now. It can be had right after you submit a rating: until you go on, and for about an hour.
again = Rate another unit
redo = Rate this unit again
pressured = I was told how to rate
pressured-noted = Noted.
redo-note = Please answer again. Once submitted, the new rating replaces the one before; otherwise nothing changes.

language = Please choose a language. Your answers are kept.
help =
    Choose a unit, answer a few questions, check them and submit. It takes about a minute.
    { $choose }
    · “Back” takes you one step back and “Stop” abandons the rating; neither submits anything.
    · You can leave at any time and go on later where you were.
    · If someone tells you how to rate a unit: while you rate it, a button under this help tells us, and so does one under the receipt. It is kept apart from your answers.
help-choose = · Press an option, or type its number or its words.
help-commands = Commands: /start  /language  /privacy  /receipt (check a receipt)  /promise (a signed promise)  /followup (my requests)  /delete (delete my ratings)
privacy =
    Your privacy:
    · A rating stores no account, name or phone number, only a code computed with a secret key, so that each account (on the web: each browser) counts once for each unit. The address you were invited by, or left for an answer, is kept apart, sealed, and deleted when you opt out or stop.
    · Choices, comment and time (to the quarter of an hour) are sealed, shuffled with those of others, and stored under another such code; the comment apart, when the survey closes, in random order. We give the unit nothing that identifies you.
    · While it runs, somebody holding both keys could find out; at the close the system destroys keys and conversations, and the organiser has to destroy backups of the keys.
    · Answers not submitted are kept encrypted, cleared when you stop, and not used once you are away too long. At the close they are deleted with the record of this chat.
    · Until { $date } you may rate again, or delete all your ratings in this survey (“Delete my ratings”, /delete).
    · Words for the office are no part of the rating: they go another way, at the end of the day; how to reach you is sealed, and deleted when you stop it. Deleting ratings does not delete them.
    · After a rating you may ask for a signed promise that it will be in the public log. It names neither unit nor answers; whoever sees it knows that you took part. It is kept sealed here with your receipt for about an hour, and deleted when the survey closes at the latest.
    { $chat }
privacy-chat = · The chat goes through the app you use, which has privacy rules of its own. Please put no personal details in a comment.
identity-offer = Confirm who you are (optional)
identity =
    Confirm by your telephone that you are one person (optional)
    · Ratings on Telegram, WeChat and the web that are confirmed by one telephone count once for each unit; the last one counts.
    · The number is used to send a code, and to compute a pseudonym with this survey’s key. It is not stored, and the key is destroyed at the close.
    · Ratings that you submitted here before are withdrawn; please rate again.
    · You can rate without confirming.
identity-openid =
    Confirm by an identity provider that you are one person (optional)
    · Ratings on Telegram, WeChat and the web that are confirmed by one account there count once for each unit; the last one counts.
    · The provider tells us its number for you, from which a pseudonym is computed with this survey’s key. The number is not stored, and the key is destroyed at the close.
    · The provider knows that you came to confirm; it does not see which unit you rate, or how.
    · Ratings that you submitted here before are withdrawn; please rate again.
    · You can rate without confirming.
identity-both =
    Confirm by your telephone or an identity provider that you are one person (optional)
    · Ratings on Telegram, WeChat and the web that are confirmed by one telephone, or by an account with the provider that has this telephone, count once for each unit; the last one counts.
    · The number is used to send a code, and to compute a pseudonym with this survey’s key. It is not stored, and the key is destroyed at the close.
    · The provider knows that you came to confirm; it does not see which unit you rate, or how.
    · Ratings that you submitted here before are withdrawn; please rate again.
    · You can rate without confirming.
identity-known = You have confirmed in this survey.
identity-back = Back
identity-done = You are confirmed. What you submit from now on counts as one person’s.
identity-withdrawn = What you submitted here before you confirmed is being withdrawn. Please rate again.
identity-none = This survey confirms nobody. Please just rate.
identity-later = Please choose a survey first, and confirm then.
identity-away = The page to confirm cannot be opened from here now. You can rate without confirming.
identity-help = · You can confirm that you are one person, so that you count once on all channels: choose “Confirm who you are” below the first question or the list.
identity-code-text = { $code } is your code to confirm that you are one person in a survey, good for { $minutes } minutes. Tell it to nobody. { $organiser }
delete = Delete all your ratings in “{ $title }”? Unsubmitted answers go too. This cannot be undone, but you may rate again until it closes.
delete-office = Words that you gave to the office are not among them: they still go out at the end of the day. To keep them from going, press “Stop all of it” under “My requests” (/followup).
delete-yes = Delete them all
delete-no = Keep them, go back
deleted = This system’s record of the chat is deleted. Your ratings in “{ $title }” are withdrawn with the next batch, usually within the hour and at the latest when it closes. You may start again until then.
deleted-office = Words that you gave to the office are not deleted with them: what has not gone out still goes at the end of the day. To keep it from going, press “Stop all of it” under “My requests” (/followup).

idle = Welcome to “{ $title }”.
not-open = “{ $title }” has not started yet. It opens on { $date }; you are welcome then.
closed = “{ $title }” was open until { $date } and is closed. Thank you for your interest.
closed-early = “{ $title }” has closed early. Thank you for your interest.
closed-held = “{ $title }” is closed and being checked. Thank you for your interest.
closed-unfinished = The survey has closed. The answers you had not submitted were cleared and do not count.
closed-uncounted = The survey has closed. The answers you had not submitted do not count.
closed-delete = The survey has closed, so ratings can no longer be changed or deleted.
paused = “{ $title }” is not taking ratings at the moment. Please come back later.
no-campaign = There is no survey at present. Please come back later.
trouble = Sorry, that could not be handled. What you had answered before is kept. Please try again, or send /start.

letter-invitation-lead = You were drawn by lot to take part in “{ $title }”. Please rate the units that you know: it takes about a minute and asks no name, and only totals are published.
letter-invitation-how = Scan the picture with your phone, or type the address below into a browser, and then the code. The code is for one person; please do not pass it on.
letter-invitation-address = Address
letter-invitation-code = Code
letter-invitation-stop = To check this letter, call 12345. To get no more invitations, call { $phone } and give the reference { $reference }.
poster-once = Yearly rating
poster-ask = How was this unit this year?
poster-scan = Scan the code with your phone
poster-answer = Answer a few questions; it takes about a minute
poster-submit = Check and submit; you get a receipt
poster-type = If you cannot scan, type this into a browser:
poster-private = Your name is not asked. We give the unit nothing that identifies you; please do not say who you are in a comment.
poster-free = Rate as you see it yourself. Nobody may tell you how to rate or ask to see your answers.
poster-until = Open until { $date }. If the same person rates a unit again, the last rating counts.

# What should be improved
goes-ask = What should become of your words?
goes-note = Words for the office change no score. They go out when the day is over; an answer is due in 1 working day, under “My requests” (/followup), which says if it is late. The office does not see who you are unless you write it.
goes-count = Count them by theme only; nobody answers
goes-office = Give them to the office for an answer; the unit does not see my words
goes-unit = Give them to the office and let the unit read my words
went-count = counted only
went-office = to the office
went-unit = to the office and the unit
went-kept = (not yet chosen)
personal-ask = This looks like { $kinds }. Hide it?
personal-phone = a telephone number
personal-identity = an identity number
personal-card = a card number
personal-plate = a car’s plate
personal-account = a WeChat or QQ account
personal-name = a name
personal-address = an address
personal-email = a mail address
personal-between = , { "" }
personal-hide = Hide it
personal-keep = Keep it
mend-sent = Your words go to the office tomorrow. You will find the answers under “My requests” (/followup).
mend-dropped = What you had written was not sent and is cleared.

follow-list = Your requests. Choose one:
follow-none = No request of yours has reached an office yet.
follow-waiting = What you leave in a day reaches the office the next morning.
follow-all-stopped = You have stopped all of it: what you had given to the office by then, and what had not reached it, does not go out any more.
follow-mark-stopped = { $request } (stopped)
follow-stop-all = Stop all of it
follow-head = Request about { $unit } ({ $code })
follow-new = The office has it.
follow-assigned = Somebody has been asked to improve it.
follow-planned = There is a plan to improve it.
follow-fixed = The office says that it is fixed.
follow-closed = It is closed.
follow-late = The answer is late.
follow-you = You ({ $day }):
follow-office = The office ({ $day }):
follow-is-stopped = You have stopped this. Nobody can write to you about it any more.
follow-how = To write to the office, reply to this message (press it, then “Reply”).
follow-answer = The office answers what you left about { $unit } ({ $code }):
follow-said = It is handed to the office.
follow-shared = The unit may now read what you have written so far.
follow-stopped = Stopped: your address is deleted, and you will get no more answers. What had not reached the office is not handed over; what it already has cannot be taken back.
follow-rated = Thank you, noted. It changes no score.
follow-cannot = That cannot be done now.
follow-long = That is too long: please write at most { $limit } characters. Nothing was handed on.
follow-do-yes = It is fixed
follow-do-no = It is not fixed
follow-do-share = The unit may read my words
follow-do-stop = Stop this request
follow-do-list = All my requests
follow-do-open = Look at it

# Invitations
invitation-begin = Begin
invitation-stop = No more invitations
invitation-text = You are invited to “{ $title }”. You were drawn by lot. It takes about a minute, your name is not asked, and only totals are published. Open until { $date }.
reminder-text = A reminder: “{ $title }” is open until { $date }. It takes about a minute, your name is not asked, and only totals are published. If you have already taken part, thank you; nothing more is to be done.
invitation-subject = You are invited to rate city departments
invitation-short = You were drawn by lot to rate city departments. 1 minute, no names: { $link } Check: { $phone }. Reply R to stop.
reminder-short = Reminder: rate city departments, 1 minute, no names. Ignore this if you have done so: { $link } Check: { $phone }. Reply R to stop.
opted-out = You will not be invited again, to any survey. To undo this, reply START.
opted-out-rating = The rating that you are at goes on; to end it, press “Stop”.
opted-out-web = This web page has no address of yours and sends no invitations, so there is nothing to stop here. If you were invited somewhere else, reply STOP there, or START to be invited again.
