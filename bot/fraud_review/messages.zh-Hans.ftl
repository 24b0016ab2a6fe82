# Fraud cases: their search, the votes of two checkers, and reopening.

fraud-review-campaign-not-closed = 此活动尚未截止，截止后才能整体核查
fraud-review-moments-erased = 结果公布后，这些评价票的提交时间已经删除，不能再查找有组织评价；已发现的案件保留不变
fraud-review-no-case = 没有这个案件；见 { $reader ->
    [console] “核查”页
   *[command] `minping cases list`
    }
fraud-review-case-decided = 此案件已有结论；{ $reader ->
    [console] 如需重开，请告知运维人员
   *[command] 可用 `minping cases reopen` 重开
    }
fraud-review-case-not-decided = 此案件尚无结论，可以直接表决
fraud-review-voted-already = 此人已对该案件表决，须由其他人表决
fraud-review-reopen-needs-reason = 重开案件须写明理由
fraud-review-no-checker = 只有核查员可以表决；{ $reader ->
    [console] 核查员在“人员”页添加
   *[command] 见 `minping staff add --role checker`
    }
fraud-review-no-checker-or-administrator = 此人不是管理员或核查员；{ $reader ->
    [console] 见“人员”页
   *[command] 见 `minping staff show`
    }
fraud-review-unknown-verdict = 结论只能是维持（uphold）或放行（release）
fraud-review-unknown-reason-to-uphold = 这不是维持案件的理由；可用的理由代码：{ $reasons }
fraud-review-unknown-reason-to-release = 这不是放行案件的理由；可用的理由代码：{ $reasons }
fraud-review-note-missing = 请在备注中写明是什么其他理由
fraud-review-note-too-long = 备注最多 { $max } 个字符
