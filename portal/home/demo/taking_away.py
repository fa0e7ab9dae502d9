"""What CJVSF marks on its list, and the first night's open data."""

from agreements.models import Agreement, Status
from agreements.operations.labelling import put_label
from directory.models import Holding, Role
from portal.exports.open_data.making import make_open_data

LABELS = {"Visit in spring": Status.IN_FORCE, "Ask about funding": Status.SUPPORTED}
OF_EACH = 4


def label_and_publish() -> None:
    administrator = Holding.objects.filter(post__role=Role.CJVSF).select_related("user").order_by("pk")[0].user
    for name, status in LABELS.items():
        for agreement in Agreement.objects.filter(current_version__status=status).order_by("-started_at")[:OF_EACH]:
            put_label(agreement, name=name, by=administrator)
    make_open_data()
