"""ClickBench: a generated table like its `hits`, and its 43 questions."""
