from django.db import migrations

from portal.foundation.guards import refuse_delete_of_young

# A month less than the shortest period that an operator can choose: months differ in length.
NEVER_SIGNED, SIGNED = 23, 59


class Migration(migrations.Migration):
    dependencies = [("agreements", "0006_actions_keep_their_uid")]

    operations = [
        refuse_delete_of_young(
            "agreements_statuschange",
            moment="at",
            months=NEVER_SIGNED,
            message="A step that was taken stays taken",
        ),
        refuse_delete_of_young(
            "agreements_approval", moment="at", months=NEVER_SIGNED, message="An approval never changes"
        ),
        refuse_delete_of_young("agreements_signature", moment="at", months=SIGNED, message="A signature never changes"),
        refuse_delete_of_young(
            "agreements_document", moment="frozen_at", months=SIGNED, message="Frozen words never change"
        ),
    ]
