"""A few hundred common English words with rough weights, for simulated text."""

from __future__ import annotations

#: Groups of words that come about equally often; the share of each group is in GROUP_SHARES.
#: Own choice of everyday words; shares follow the usual steep fall of word frequencies [assumed].
GROUPS: tuple[str, ...] = (
    "the of and to a in is it you that",
    "he was for on are with as i his they be at one have this from or had by not but what all "
    "were we when your can said there use an each which she do how their if will up other "
    "about out",
    "many then them these so some her would make like him into time has look two more write "
    "go see number no way could people my than first been call who its now find long down day "
    "did get come made may part over new sound take only little work know place year live me "
    "back give most very after thing our just name good sentence man think say great where "
    "help through much before line right too mean old any same tell boy follow came want show "
    "also around form three small",
    "set put end does another well large must big even such because turn here why ask went "
    "men read need land different home us move try kind hand picture again change off play "
    "spell air away animal house point page letter mother answer found study still learn "
    "should world high every near add food between own below country plant last school father "
    "keep tree never start city earth eye light thought head under story saw left few while "
    "along might close something seem next hard open example begin life always those both "
    "paper together got group often run until children side feet car mile night walk white "
    "sea began grow took river four carry state once book hear stop without second later miss "
    "idea enough eat face watch far really almost let above girl sometimes mountain cut young "
    "talk soon list song being leave family body music color stand",
    "quick jump lazy zebra quiz fix mix box extra expect index exact oxygen zero size prize "
    "frozen juice judge major project object joke enjoy join subject quite quiet question "
    "quality request view voice value visit every seven eleven twelve evening village travel "
    "brave wave love above keyboard camera finger screen window table coffee kitchen garden "
    "summer winter weather morning email message meeting office report invoice budget project "
    "deadline update version release problem solution reason result system program computer "
    "network password button printer folder market money price service customer company "
    "manager business product order delivery payment doctor hospital health medicine exercise "
    "breakfast dinner vegetable chicken bread butter cheese holiday airport ticket hotel "
    "passport luggage journey station platform driver traffic bridge beautiful difficult "
    "important possible necessary available interesting expensive comfortable yesterday "
    "tomorrow tonight weekend january february wednesday saturday afternoon birthday",
)
GROUP_SHARES: tuple[float, ...] = (0.22, 0.22, 0.24, 0.18, 0.14)
#: Capitalised wherever they stand.
_NAME_LIST = (
    "Anna Ben Clara David Emma Frank Grace Harry Ines Jack Kate Liam Maria Nora Oscar Paula Quinn "
    "Ruth Sam Tom Uma Victor Wendy Xavier Yara Zoe London Paris Berlin Tokyo Lagos Lima Oslo Rome "
    "Monday Tuesday Friday Sunday March April June July August October"
)
NAMES: tuple[str, ...] = tuple(_NAME_LIST.split())
