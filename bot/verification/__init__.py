"""Bundles, the verifier that needs no database, public totals and the witness.

After the close the operator publishes a bundle, and anybody checks it without trust in them.
`verifier` reads nothing but the bundle's files, a public key and what the reader brings
(a receipt, an older checkpoint, a proof).
It loads no database driver, no Redis and no web server; an import contract and a test keep it so.

A public bundle proves, for the checkpoint that the log and its witnesses signed:

- the entries are those of the checkpoint, and the log only grew since an older one;
- whose an entry is stands in its line; of older entries an act froze it;
- acts are signed by those who must sign them, and none of the campaign or the log is kept back;
- there are as many receipts and ballots as the gate accepted;
- questions, units, weights and quotas were registered before the campaign's first entry;
- no entry of the campaign is younger than its closing;
- the log commits to the totals, and the published scores follow from them;
- a receipt's ballot is in the log.

A bundle with openings, for auditors, proves more:

- every sealed entry of the campaign is opened or withdrawn, and each opening fits its commitment;
- the gate signed each ballot, comment and withdrawal, and which ballot is its voter's first;
- the last ballot of each voter and unit counts, within the quotas;
- a ballot weighs less only by a decision in the log;
- the totals follow from the ballots.

What no bundle can prove:

- Whether a ballot was cast by a citizen: the gate decides that before the log.
- Whether an entry of form 1 was withdrawn by its rater: the closing only tells how many were.
- That nobody saw another history, unless a witness signed or somebody kept an older checkpoint.

Small cells are withheld from the totals, so that a public bundle does not give every score.
The format of a bundle is a promise: bytes that old versions wrote stay readable.
`bundle` makes bundles and needs the database; the verifier must never import it.
"""
