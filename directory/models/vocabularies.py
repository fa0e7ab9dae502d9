"""Lists of terms that answers choose from."""

from django.db import models
from django.db.models import Q

from directory.models.estate import Establishment

# Lists that an establishment may have of its own. Nothing is counted, searched or published by them: whatever is has one
# list for everybody, since the terms of two prisons couldn't be added up.
OWN_LISTS = ("clearance_levels", "units")


class Vocabulary(models.Model):
    """A list of terms. One without an establishment holds everywhere; of some an establishment may have its own instead."""

    key = models.CharField(max_length=60)
    establishment = models.ForeignKey(Establishment, null=True, blank=True, on_delete=models.CASCADE)
    label = models.CharField(max_length=120)
    source = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "vocabularies"
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(establishment=None), name="one_vocabulary_a_key"),
            models.UniqueConstraint(fields=["key", "establishment"], name="one_vocabulary_a_key_and_prison"),
            models.CheckConstraint(
                condition=Q(establishment=None) | Q(key__in=OWN_LISTS), name="a_list_that_is_counted_is_everybodys"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Term(models.Model):
    vocabulary = models.ForeignKey(Vocabulary, on_delete=models.CASCADE, related_name="terms")
    slug = models.SlugField(max_length=120)
    label = models.CharField(max_length=160)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["vocabulary_id", "position"]
        constraints = [models.UniqueConstraint(fields=["vocabulary", "slug"], name="term_once_a_vocabulary")]

    def __str__(self) -> str:
        return self.label
