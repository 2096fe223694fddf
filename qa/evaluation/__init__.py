"""How good the answers are: cases with known answers, measures with intervals, comparisons."""
