# How every message is put together: its place, its lines, its lists.

problem = { $place }：{ $text }
problems = 共 { $count } 处问题，没有保存任何内容
problems-more = 另有 { $count } 处
joint-place = ，
joint-list = 、
place-file = { $value }
place-sheet = 工作表“{ $value }”
place-line = 第 { $value } 行
place-row = 第 { $value } 行
place-column = “{ $value }”列
place-field = { $value }
place-subject = { $value }
