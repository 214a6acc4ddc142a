"""The words that stand in every text, by language. Facts; how they are used is decided elsewhere.

A word that is a stop word in one language names something in another (``die``, ``war``, ``son``), so each list holds
for its own language only.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from aggregator.text.tokens import tokens

_WRITTEN = {
    "en": """
        a about after again against all also am an and any are as at away back be because been before being
        between both but by can could did do does down during each even every few first for from get gets go
        going had has have he her here him his how i if in into is it its just last latest like make makes may
        me might more most much must my near new no not now of off on one only or other our out over own per
        said say says see set she should since so some still such take takes than that the their them then there
        these they this those three through time to today too two under until up us very was we week were what
        when where which while who why will with within without would year years yet you your
    """,
    "es": """
        a al algo algunas algunos ante antes aquí así aún año años bajo bien cada casi como con contra cual
        cuando cómo de del desde después día días donde dos durante e el ella ellas ellos en entre era es esa
        ese eso esta estar estas este esto estos está están fue fueron ha hace hacia han hasta hay hoy la las le
        les lo los luego más me mi mientras mismo mucho muy nada ni no nos nuestra nuestro nueva nuevo o otra
        otras otro otros para pero poco por porque primer primera puede pues que quien quién qué se sea según
        ser será si sido sin sobre solo son su sus sí sólo también tan tanto te tiene tienen toda todas todo
        todos tras tres tu un una uno unos va van y ya yo
    """,
    "fr": """
        a ainsi alors après au aucun aussi autre aux avant avec avoir bien car ce ceci cela celle celui ces cet
        cette ceux chez ci comme comment contre d dans de depuis des deux donc dont du elle elles en encore
        entre es est et eu fait fait font hors ici il ils j je jour l la le les leur leurs lui là m ma mais me
        mes moi moins mon même n ne nos notre nous on ont ou où par pas peu plus plusieurs pour pourquoi premier
        près qu quand que quel quelle quelles quels qui quoi s sa sans se selon sera ses si son sont sous sur t
        ta te tes toi ton tous tout toute toutes trois très tu un une va vers voici vos votre vous y à été être
    """,
    "de": """
        ab aber alle allem allen aller alles als also am an ander auch auf aus bei beim bis bin da damit dann
        das dass dein dem den der des dich die dies diese diesem diesen dieser dieses doch dort durch ein eine
        einem einen einer eines er erst es etwa für gegen gibt hat hatte haben hier hin hinter ich ihm ihn ihr
        ihre ihrem ihren ihrer im immer in ins ist ja jahr jahre jede jeder jetzt kann kein keine können macht
        man mehr mein mit muss nach neu neue neuen neuer nicht noch nun nur ob oder ohne rund schon sehr sei
        sein seine seinem seinen seiner seit sich sie sind so soll sollen sollte um und uns unter viel viele vom
        von vor war waren warum was weil weiter welche wenn wer werden wie wieder will wir wird wo wurde wurden
        zu zum zur zwei zwischen über
    """,
    "it": """
        a ad agli ai al alla alle allo anche ancora anni anno c che chi ci come con contro cosa così cui d da
        dagli dai dal dalla dalle dallo degli dei del dell della delle dello di dopo dove due e ecco ed era
        essere fa fino fra gli ha hanno i il in io l la le lei lo loro lui ma mai me meno mentre mi mio molto ne
        negli nei nel nella nelle nello no noi non nostra nostro nuova nuovo o ogni oggi per perché più poi
        primo prima quale quando quanto quella quello questa queste questi questo qui se secondo sei senza si
        sia sono sotto sta stato su sua sue sugli sui sul sulla sulle suo suoi tra tre tutti tutto un una uno va
        verso vi voi è
    """,
    "pt": """
        a agora ainda alguns ano anos antes ao aos apenas após aqui as assim até cada com como contra da das de
        depois desde deve dia dias diz do dois dos duas durante e ela elas ele eles em entre era essa esse esta
        está este eu foi foram há hoje isso isto já la lhe mais mas me mesmo meu minha muito na nas nem no nos
        nossa nosso nova novo num numa não nós o onde os ou outra outro para pela pelas pelo pelos pode por
        porque quando que quem se segundo seja sem ser será seu seus sob sobre sua suas são só também te tem ter
        toda todo todos três tudo um uma umas vai vão você à às é
    """,
    "nl": """
        aan al alle als altijd andere ben bij daar dan dat de den der deze die dit doen door dus een en er geen
        ging haar had heb hebben heeft hem het hier hij hoe hun ik in is ja je jaar kan komt kunnen maar me meer
        men met mij mijn moet na naar niet niets nieuw nieuwe nog nu of om omdat onder ons ook op over te tegen
        toch toen tot twee u uit uw van veel voor waar waarom wat we weer wel werd wie wij wil worden wordt zal
        ze zegt zei zelf zich zij zijn zo zonder zou
    """,
    "ru": """
        а без более больше будет будут бы был была были было быть в вам вас во вот все всего всех вы где год
        года году да для до его ее ей если есть еще ещё же за и из или им их к как кто ко когда который которые
        которых ли между меня мне может мы на над надо нам нас не него нее нет ни них но ну о об один он она они
        оно от по под после потому при про раз с сам свой себя со стал стали так также там те тем то того только
        том ты тысяч у уже что чтобы чем чего эта эти это этого этой этом я лет из-за
    """,  # noqa: RUF001 - Cyrillic is what it is about
}
STOP_WORDS: Final = MappingProxyType({language: frozenset(tokens(words)) for language, words in _WRITTEN.items()})
"""ISO 639 code -> words, as ``tokens`` gives them."""
