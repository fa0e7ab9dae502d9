"""What is printed of a prison's listings: to give away, to hang up, to put into an induction pack."""

from django.db import models
from django.db.models import Q

from directory.models.estate import Establishment
from portal.foundation.printing import PrintJob


class Paper(models.TextChoices):
    BOOKLET = "booklet", "Booklet"
    INSERT = "insert", "Induction insert"
    POSTER = "poster", "Poster"


class Readers(models.TextChoices):
    CUSTODY = "custody", "for people in custody"
    STAFF = "staff", "for staff"


class Size(models.TextChoices):
    A4 = "a4", "A4"
    A5 = "a5", "A5"


class HandoutQuerySet(models.QuerySet):
    def for_readers(self, *, staff: bool) -> "HandoutQuerySet":
        """What is printed for staff is for staff. Of a closed prison there is nothing."""
        found = self.filter(establishment__in=Establishment.objects.not_closed())
        return found if staff else found.filter(readers=Readers.CUSTODY)


def handout_path(handout: "Handout", name: str) -> str:
    return f"handouts/{handout.establishment.slug}-{handout.name}-{handout.sha256[:16]}.pdf"


class Handout(PrintJob):
    """One printed thing of one prison. While it is made again, the file of before stays."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="handouts")
    paper = models.CharField(max_length=7, choices=Paper)
    readers = models.CharField(max_length=7, choices=Readers)
    size = models.CharField(max_length=2, choices=Size)
    file = models.FileField(upload_to=handout_path, blank=True)

    objects = HandoutQuerySet.as_manager()

    class Meta:
        ordering = ["readers", "paper", "size"]
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "paper", "readers", "size"], name="one_handout_of_each_kind"
            ),
            models.CheckConstraint(condition=Q(printed_at=None) | ~Q(sha256=""), name="a_printed_handout_has_a_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.get_paper_display()} {self.get_readers_display()}, {self.get_size_display()}"

    @property
    def name(self) -> str:
        """As its address and its file are called."""
        return f"{self.paper}-{self.readers}-{self.size}"
