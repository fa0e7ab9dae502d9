"""Days and moments on pages, as the one clock says them."""

from django import template

from portal.foundation import clock

register = template.Library()


@register.filter
def said_day(moment) -> str:
    """21 November 2026, in London"""
    return clock.say_moment(moment).split(" at ")[0] if hasattr(moment, "hour") else clock.say_day(moment)


@register.filter
def said_moment(moment) -> str:
    """21 November 2026 at 10:42, in London"""
    return clock.say_moment(moment)
