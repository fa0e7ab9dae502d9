"""The link of an invitation, made when its mail is written: the outbox holds only its number."""

from django import template

from directory.models import Invitation
from directory.operations.invitations import link_of

register = template.Library()


@register.simple_tag
def invitation_link(number: int) -> str:
    return link_of(Invitation.objects.get(pk=number))
