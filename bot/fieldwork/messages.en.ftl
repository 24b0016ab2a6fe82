# Fieldwork: contacts, samples, invitations and pushes.

fieldwork-table-empty = the table has a header and no rows; nothing was stored

# Lists of contacts
fieldwork-unknown-channel = there is no such channel; there are { $channels }
fieldwork-no-telegram-address = this is not a chat id of Telegram, 1 to 16 digits
fieldwork-no-phone = this is not a mobile telephone; write eleven digits, or + and the country's code
fieldwork-no-mail-address = this is not an e-mail address
fieldwork-no-wechat-user = this is no openid of the city’s WeChat account, of 20 to 64 letters, digits, “_” or “-”
fieldwork-no-wecom-user = this is no member’s id of WeCom; write 1 to 64 letters, digits, “_”, “-”, “@” or “.”
fieldwork-no-dingtalk-user = this is no userid of DingTalk; write 1 to 64 letters, digits or “_-@.”
fieldwork-no-feishu-user = this is no user_id of Feishu; write 1 to 64 letters, digits or “_”
fieldwork-no-postal-address = this is not a postal address; write name, address and postcode in 5 to 200 characters
fieldwork-no-list-number = this is not a number in a list; write 1 to 32 letters, digits, «_», «.» or «-»
fieldwork-no-person-number = this is neither a telephone nor a number in a list (1 to 32 letters, digits, «_», «.» or «-»)
fieldwork-two-numbers = the address of somebody to whom the list's keeper sends is their number; leave this cell empty
fieldwork-person-differs = row { $row } says another language, group, area, size or list of this person; make the rows alike
fieldwork-address-of-two = this address or number belongs to another number of this list already; correct the row
fieldwork-persons-sampled = this row makes two stored persons one, and the campaign { $campaign } has both in its frame; import it after the campaign's close
fieldwork-unknown-language = there is no language «{ $text }»; there are { $languages }
fieldwork-no-stratum-name = «{ $text }» is not a name of at most { $max } letters, digits, «_», «.» or «-»
fieldwork-consent-in-future = { $day } is later than today; give the day on which the person consented
fieldwork-contact-twice = this contact stands in row { $row } already; delete one of the rows
fieldwork-cell-twice = the cell { $cell } stands in an earlier row already

# Samples
fieldwork-sample-after-opening = the sample is planned before the campaign is opened; make another campaign
fieldwork-sample-not-planned = no sample was planned for this campaign before it was opened
fieldwork-seed-not-drawn = the seed is drawn when the campaign is opened; open it first
fieldwork-frame-differs = the stored frame is not the one that was registered; restore it from a backup
fieldwork-sample-other-format = this sample is of another format than { $format }, { $rule }
fieldwork-no-sample-file = this is not a sample as `minping sample draw` writes it
fieldwork-unknown-allocation = there is no allocation «{ $method }»; there are { $methods }
fieldwork-proportional-with-values = a proportional sample needs no values for cells; leave them out
fieldwork-sample-size-missing = say how many are to be drawn
fieldwork-cells-too-small = fewer than { $floor } can be invited in { $cells }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    }, so their answers could be told apart; import these contacts with a larger area or without a size
fieldwork-cell-with-people = { $cell } ({ $people })

# How a published sample differs from its registration
fieldwork-no-registered-sample = the campaign registered no sample
fieldwork-other-seed = the seed is not the registered one
fieldwork-other-frame = the frame is not the registered one: people were added, left out or moved
fieldwork-other-design = the design is not the registered one

# Invitations
fieldwork-nobody-drawn = nobody was drawn for this campaign; { $reader ->
    [console] draw on the campaign's page of pushes first
   *[command] see `minping sample draw`
    }
fieldwork-invites-only-open = people are invited only while the campaign is open; this one is not

# Pushes
fieldwork-nobody-left = nobody is left for an invitation: everybody has got theirs
fieldwork-step-too-soon = the step before was handed over less than { $least } hours ago; try again in { $hours } hours
fieldwork-nobody-invited = nobody is invited yet; { $reader ->
    [console] make invitations on the campaign's page of pushes first
   *[command] see `minping invitations make`
    }
fieldwork-text-missing = write the message in this language too
fieldwork-text-too-long = the message has more than { $max } characters; shorten it
fieldwork-pushes-only-open = people are written to only while the campaign is open; this one is not
fieldwork-no-more-reminders = the invitation and { $reminders } reminders were sent; nobody is written to again
fieldwork-step-not-ended = { $left } messages of the last step are not sent yet; wait, or cancel it
fieldwork-step-in-hand = { $left } messages of the cancelled step are being handed over; try again in two minutes
fieldwork-nothing-pushed = nothing was pushed in this campaign
fieldwork-push-not-running = the last push is not running, so it cannot be paused
fieldwork-push-not-paused = the last push is not paused, so it cannot be resumed
fieldwork-push-over = the last push was cancelled already

# Templates that providers approve
fieldwork-template-text = a template has 1 to { $max } characters
fieldwork-template-variables = write the code as 1 to { $most } variables of the template, like { "${code}" } or { "{1}" }{ "{2}" }
fieldwork-template-field = “{ $text }” is no field of a WeChat card; write a line for each field, like { "thing1: words" }
fieldwork-template-value = the field { $name } needs 1 to { $max } characters
fieldwork-template-account = no account of this name sends templates; it is known once the service has begun with its file
fieldwork-template-unknown = a template is an invitation, a reminder or, for SMS, a code, in zh-Hans or en
fieldwork-template-state = the template cannot go into this state: a written one is filed, a filed one approved or refused, an approved one refused
fieldwork-template-long = an id has at most { $id } characters, a note { $note }
fieldwork-template-id = name the id that the provider gave the approved template
fieldwork-cloud-forbids = the rules of public-cloud SMS forbid surveys in templates and personal links in variables; name the cloud’s approval in writing here, or use an operator’s gateway or a sealed file
fieldwork-template-missing = the account { $account } sends approved templates alone, and its { $reminder ->
    [0] invitation
   *[other] reminder
    } is not approved yet
fieldwork-template-missing-cloud = the account { $account } is public-cloud SMS, whose rules forbid surveys in templates and personal links in variables. It sends approved templates alone, and its { $reminder ->
    [0] invitation
   *[other] reminder
    } is not approved. Get the cloud’s approval in writing, or use an operator’s gateway or a sealed file

# Progress in a stored conversation
fieldwork-progress-unreadable = the progress in the stored conversation cannot be read
fieldwork-step-unknown = a step is an invitation or a reminder, and a reminder goes to who has not opened theirs, or to all

# Files with invitations
handout-form = letters and mail merge take postal addresses, a sealed file SMS, e-mail, letters or the keeper of the list; choose another kind
handout-purpose = say in 1 to { $most } characters what the file is for; the public log shows it
handout-unknown = there is no such file of this campaign; ask for one
handout-of-another = another person asked for this file and alone makes it
handout-made-already = this file was made already and is not given up any more
handout-returns-late = the campaign is closed and its references are gone; opt people out by their address
handout-no-reference = no file of this campaign has this reference; compare it with the letter
handout-no-outcome = there is no such outcome; there are { $outcomes }

# Targets
fieldwork-target-no-group = the scheme has no evaluator group “{ $group }”; load the page anew
fieldwork-target-no-number = { $group }: write a whole number of people, at most { $most }, or nothing
