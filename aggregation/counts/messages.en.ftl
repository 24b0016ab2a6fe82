# Rating patterns that cannot be read.

counts-questionnaire = questionnaire { $id }
counts-question = questionnaire { $questionnaire }, question { $question }
counts-questionnaire-unknown = the campaign has no such questionnaire
counts-scale-unknown = the scheme has no scale «{ $scale }»; it has { $known }
counts-pattern-length = the pattern «{ $pattern }» should have { $codes } codes
counts-code-unknown = the scale has no code «{ $code }»
