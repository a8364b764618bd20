"""How good a search is: labelled questions, figures, comparisons of two runs, and a base asked its own symptoms."""
