# Samples that do not fit their frame.

fieldwork-sample = sample
fieldwork-cell = cell { $cell }
fieldwork-cell-too-small = { $size } are to be drawn of { $of }; draw fewer
fieldwork-cell-unknown = nobody in this cell can be invited; leave it out
fieldwork-size-does-not-fit = { $size } do not fit: with at least { $least } from each cell the sample has { $low } to { $high }
fieldwork-allocation-unknown = there is no allocation «{ $method }»; there are { $known }
fieldwork-not-drawable = { $value } cannot be drawn; give a whole number from 0 to { $most }
fieldwork-below-least = { $value } are fewer than { $least }; draw more or none
fieldwork-sizes-sum = the cells have { $sum } and the sample { $size }; make them equal
fieldwork-deviation-missing = give its standard deviation, a number above 0
fieldwork-number-twice = a number stands twice in the frame
fieldwork-others-drawn = the seed draws other numbers of cell { $cell } than the file lists
