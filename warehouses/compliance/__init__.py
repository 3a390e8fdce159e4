"""The pure core of the cold chain: readings and limits in, excursions, gaps and verdicts out.

Times are seconds since the epoch in UTC, temperatures hundredths of a degree Celsius, both
integers, so that sums are exact and the order of adding never shows. Intervals are half-open.
A reading speaks for the time from itself to the next one.
"""
