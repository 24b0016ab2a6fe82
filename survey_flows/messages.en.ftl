# How every message is put together: its place, its lines, its lists.

problem = { $place }: { $text }
problems = { $count } problems, nothing was stored
problems-more = and { $count } more
joint-place = ,{" "}
joint-list = ,{" "}
place-file = { $value }
place-sheet = sheet { $value }
place-line = line { $value }
place-row = row { $value }
place-column = column { $value }
place-field = { $value }
place-subject = { $value }
