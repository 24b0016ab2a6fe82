# 复核、申诉和整改中现在不能办理的步骤。

procedure-appeal-state = 此申请{ $state }，现在不能这样办理
procedure-appeal-waiting = 等待指定经办人
procedure-appeal-charged = 正由经办人办理
procedure-appeal-answered = 已答复
procedure-appeal-final = 已办结
procedure-appeal-late = 已逾期，待审查逾期理由
procedure-appeal-refused = 因逾期未予受理
procedure-appeal-withdrawn = 已撤回
procedure-appeal-no-beginning = 须先提出申请；只有个人可以直接申诉
procedure-appeal-asked = 已经申请过；撤回的，在期限内可以再申请一次
procedure-appeal-over = 申请期限已于 { $until } 届满；逾期申请须写明迟延理由
procedure-appeal-early = 申请期限至 { $until }，尚未届满；无须写迟延理由，请按期申请
procedure-challenge-other = 只能申请正在办理的经办人回避，并由他人决定
procedure-calendar-unknown = 有期限落在 { $year } 年，而该年的放假安排尚未导入；请在“放假安排”页面（/admin/calendar）{ $reader ->
    [console] 导入
   *[command] 或用 `minping calendar import` 导入
    }国务院办公厅公布的 { $year } 年放假安排
procedure-reason-missing = 请写明理由
procedure-decided-before = 先前作出决定的人不得办理此申请，请交他人办理
procedure-handler-answers = 此申请由 { $handler } 负责答复
procedure-ruling-missing = 答复只能是支持或驳回，请选择

procedure-decided-ahead = 该日期尚未到来
procedure-decided-before-ground = 决定日期早于依据成立之日（{ $day }）
procedure-decided-over-newer = 已有 { $day } 的决定，较早的决定不能取代它
procedure-not-heard = 请填写听取本人陈述申辩的日期；未经听取不得确认
procedure-heard-between = 听取陈述申辩的日期应在依据成立之日（{ $first }）至决定之日（{ $last }）之间

procedure-request-state = 此请求{ $state }，现在不能这样办理
procedure-request-new = 尚未交办
procedure-request-assigned = 已交办
procedure-request-planned = 已有整改方案
procedure-request-fixed = 已整改
procedure-request-closed = 已办结
procedure-unit-and-theme = 请写明由哪个单位整改，并选择主题：{ $themes }
procedure-rating-missing = 请说明是否已整改：是或否
procedure-text-missing = 请写明做了什么，或理由
procedure-theme-attitude = 服务态度
procedure-theme-speed = 办事效率
procedure-theme-rules = 手续材料
procedure-theme-openness = 信息公开
procedure-theme-fees = 收费
procedure-theme-quality = 办理质量
procedure-theme-other = 其他

# Why somebody stands aside
procedure-bar-self = 本人
procedure-bar-unit = 现在或当年在该单位、其上级或下级单位任职
procedure-bar-kin = 亲属
procedure-bar-contested = 填报、放行或决定过有争议的事项
procedure-bar-challenge = 回避申请已获准
procedure-no-paper = 请写明作出决定的机关、文号、日期和签发人；没有文件不得确认
procedure-paper-not-whole = 文件须写明机关、文号、日期和签发人，四项缺一不可
procedure-paper-between = 文件日期应在 { $first }（依据成立、听取陈述申辩之日）至 { $last }（决定之日）之间
