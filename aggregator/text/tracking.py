"""What is known of addresses in the wild: parameters that only track, hosts with two names, redirectors.

Facts, no decisions: ``link_keys`` applies them. All names are lower case.
"""

from __future__ import annotations

from types import MappingProxyType


def _words(names: str) -> tuple[str, ...]:
    return tuple(names.split())


# Dropped whatever they say.
TRACKING_PREFIXES = _words(
    """
    utm_ mtm_ pk_ matomo_ piwik_ ga_ at_custom hsa_ itm_ hmb_ fb_ stm_ vero_ ml_sub aff_sub bsft_ ns_
    """
)
TRACKING_NAMES = frozenset(
    _words(
        """
        fbclid gclid dclid gbraid wbraid gclsrc msclkid yclid ysclid twclid ttclid igshid igsh srsltid wickedid
        rb_clickid kclickid zanpid mibextid _branch_match_id _openstat _ga _gl dicbo

        mc_cid mc_eid mc_tc mkt_tok _hsenc _hsmi __hssc __hstc __hsfp hsctatracking hss_channel oly_anon_id oly_enc_id
        sfmc_id _bhlid mbid cmpid cmp_source ncid icid s_cid sc_cid ftag ocid trk trkcampaign cndid bxid esrc

        at_medium at_campaign xtor maca smid emc ito wprss rssfeed feedtype feedname feed_id ref_src ref_url referrer
        traffic_source tpcc sref wt_mc wt_zmc wt.mc_id wt.rss_f campaign_id campaign_medium campaign_name
        campaign_source soc_src soc_trk sr_share share_id xing_share __twitter_impression guccounter guce_referrer
        guce_referrer_sig outputtype smtyp spm scm amp_js_v amp_gsa usqp sh

        phpsessid phpsessionid jsessionid
        """
    )
)

# Dropped when the value says where the reader comes from: ``ref=rss`` is tracking, ``ref=1001`` names an article.
TRACKING_BY_VALUE = frozenset(
    _words(
        """
        ref ref_ from source src via output cmp cid mod partner rel feature print rss amp share s soc feed format view
        mode referer origin channel campaign medium
        """
    )
)
ORIGINS = _words(
    """
    rss reader feedburner newsletter e-mail email twitter facebook linkedin whatsapp reddit telegram youtu.be
    mobile homepage
    """
)
# Too short to be looked for within other words: "sampler", "anatomy".
ORIGIN_WORDS = ("amp", "atom", "home", "share", "social", "feed")
SWITCHES = frozenset({"rss", "amp", "print", "share"})
SWITCHED_ON = frozenset({"1", "true", "y", "yes"})

# Names of one host that show the same pages.
EQUAL_LABELS = frozenset({"www", "www2", "m", "mobile", "amp"})
EQUAL_HOSTS = MappingProxyType(
    {
        "old.reddit.com": "reddit.com",
        "new.reddit.com": "reddit.com",
        "np.reddit.com": "reddit.com",
        "twitter.com": "x.com",
    }
)

# Redirectors that name their target in a parameter: host -> path (None for any) and names of the parameter.
REDIRECTORS = MappingProxyType(
    {
        "l.facebook.com": ("l.php", ("u",)),
        "lm.facebook.com": ("l.php", ("u",)),
        "bing.com": ("news/apiclick.aspx", ("url",)),
        "go.redirectingat.com": (None, ("url",)),
        "go.skimresources.com": (None, ("url",)),
        "youtube.com": ("redirect", ("q",)),
        "out.reddit.com": (None, ("url",)),
        "t.umblr.com": ("redirect", ("z",)),
        "click.linksynergy.com": (None, ("murl",)),
    }
)
