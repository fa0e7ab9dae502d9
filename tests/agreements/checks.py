"""Answers to the public checker as a browser posts them."""

FIRST = {"base_ELG-01": "", "ELG-01": "yes"}
ANSWERS = FIRST | {
    "base_ELG-02": "",
    "ELG-02": ["trust"],
    "base_ELG-03": "",
    "ELG-03": "no",
    "base_ELG-04": "",
    "ELG-04": "no",
    "base_ELG-05": "",
    "ELG-05": "no",
    "base_ELG-06": "",
    "ELG-06": "no",
    "base_ELG-07": "",
    "ELG-07": "secured",
    "base_ELG-08": "",
    "ELG-08": ["in-custody"],
    "base_ELG-09": "",
    "ELG-09.spoken": "yes",
    "ELG-09.spoken_on-day": "2",
    "ELG-09.spoken_on-month": "11",
    "ELG-09.spoken_on-year": "2026",
}


def words(response) -> str:
    return " ".join(response.content.decode().split())
