"""Publications: public releases, exports, reports, charts and the city's public account.

Everything that leaves the city as a file or a public page is made here, and only of disclosed
figures (`aggregation.disclosure`).

- `public_release` decides which release of a campaign everybody may read.
- `exclusions` counts the ballots of a campaign that count, and the others by reason.
- `exports` makes books: pages of rows as XLSX, CSV, Parquet and SPSS, each column explained.
- `reports` makes documents for people: the circular, evidence pages and posters.
- `charts` draws pictures for both.
- `public_account` counts a year's notices, reviews and rectification.

Invariants:

- Nothing is public before the public notice of the year is over and an administrator publishes.
  A later release is not public by itself.
- No file holds a ballot: only counts, and no small ones.
- A suppressed figure is `HIDDEN` everywhere, and no other figure lets it be computed.
- The public audience sees no leader, nothing inside units and no proposal.
- The same data give the same bytes, so that anybody can compare two copies.

The room does not estimate and does not suppress: it shows what it is given.
"""
