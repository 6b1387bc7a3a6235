"""Risk put plainly is always found; what only sounds like it is left alone."""

import pytest

from routing.risks import LABELS
from routing.words import Flag, Kind, Priority
from tests.routing.labelled_sets import pairs_of
from tests.routing.places import assessed

THREATS = """
I will kill you
i'm gonna kill her
I am going to murder your whole family
I'll stab you next time I see you
im going to shoot the mp
We are going to burn your office down
I want to kill my neighbour
I swear I will hurt him
You are dead
ur dead
You're a dead man walking
I know where you live
i know where u live
We know where your kids go to school
I am going to come round and smash your face in
I will cut your throat
I'll break your legs
You should be shot
She deserves to be hanged
Someone should put a bullet in you
I have bought a knife for you
I've got a gun and I will use it on you
I'm bringing a machete to your surgery
You will pay for this with your life
Watch your back
Sleep with one eye open
Your days are numbered
You're next
Remember what happened to Jo Cox
You will end up like David Amess
I am going to blow up the jobcentre
there is a bomb in your office
I'll throw acid in your face
I'm coming for you
I will find you and I will kill you
If you don't reply I will come down there and hurt somebody
I will end up killing my landlord
I could kill my work coach and I might
i want you dead
You won't live to see Christmas
I'll be waiting for you outside
String them up from the lamp posts, starting with you
I'm going to rape you
Your funeral is next
A brick through your window is coming
I would happily do time for what I'll do to him
I'm going to teach you a lesson you will never forget
Something bad will happen to your daughter
It'd be a shame if something happened to your lovely house
I'm going to run you over
Rwy'n mynd i ladd chi
Dwi'n gwybod ble rydych chi'n byw
""".strip().splitlines()

SELF_HARM = """
I want to kill myself
im going to kill myself tonight
I am suicidal
I feel suicidal
I've been having suicidal thoughts
I want to end my life
i wanna die
I just want to die
I don't want to live anymore
i dont want to be here any more
I am going to take an overdose
I took all my tablets last night
I have saved up enough pills
I've tried to hang myself
I'm going to jump off the bridge
I will jump in front of a train
I have been cutting myself
my daughter is self harming
My son says he wants to kill himself
She has tried to take her own life twice this month
I can't go on
I cannot go on like this, I have nothing to live for
There's no point in living
Everyone would be better off without me
my kids would be better off without me
My life isn't worth living
I have no reason to live
I wish I was dead
I'd be better off dead
I'd rather be dead
I wish I could go to sleep and never wake up
I hope I don't wake up tomorrow
I won't be here by Christmas
This is my last message
By the time you read this I will be gone
I've written goodbye letters to my children
I have said my goodbyes
Please tell my wife I love her and I'm sorry
Please look after my dog when I'm gone
I am a burden to everyone
I want it all to end
I'm going to end it all
I'm thinking about suicide
I might do something stupid tonight
I'm not safe on my own
I am not suicidal but I can't see any way out
I have a plan and I have the tablets ready
I can't take it anymore, I'm done with life
Rwyf am ladd fy hun
Dydw i ddim eisiau byw
Dwi'n meddwl am hunanladdiad
""".strip().splitlines()

HARMLESS = """
This weather is killing my tomatoes
My feet are killing me after the march
You're killing the high street with this tax
The cost of petrol is murder
I could murder a curry after that meeting
I'd kill for a dentist appointment
Please shoot me an email when you can
The photo shoot at the fete was lovely
We need more funding for suicide prevention
What is your position on the assisted dying bill?
Suicide rates among farmers are rising and I ask you to act
I lost my brother to suicide in 2015 and now volunteer for a helpline
My husband took his own life ten years ago and the pension is still not paid
I was suicidal years ago but I am well now, thanks to the NHS
That vote was political suicide
I nearly died laughing at your speech
I'm dying to meet you at the fete
He threatened to kill me and the police did nothing
My neighbour said he would stab my son
I have had death threats from my ex
My sister was stabbed in June and the trial has been put off
Stop the bombing of Gaza
The bombing in Ukraine must stop
You will lose your seat at the next election
See you in court
I will report you to the ombudsman
We will vote you out
I will be at your surgery on Saturday with my daughter about her school
Could someone wait for the delivery on Saturday?
It would be a shame if the library closed
I know where you stand on this
You deserve to be thanked
Who will look after the park when the council goes?
I am at my wits' end with the council
I can't take any more of this noise, please get the council to act
There is no point in phoning, the line is always engaged
The hanging baskets in Mill Street are dead
The bus will be cut and people will be hurt by it
The council has cut the grass at last
The driver hit my car and drove off
My mum had a heart attack and waited nine hours
I attended the funeral of a veteran and want to ask about grave fees
The blade on the mower flew off and hit my window
I want to kill off this silly planning idea
My dog was attacked by another dog in the park
""".strip().splitlines()


@pytest.mark.parametrize("text", THREATS)
def test_a_plain_threat_is_always_found(text: str) -> None:
    found = assessed(text)
    assert Flag.THREAT in found.flags
    assert (found.kind, found.priority) == (Kind.THREAT, Priority.IMMEDIATE)
    assert found.because["kind"]


@pytest.mark.parametrize("text", THREATS)
def test_a_plain_threat_is_found_in_the_middle_of_an_ordinary_letter(text: str) -> None:
    letter = f"Dear Rowan,\n\nMy bins were missed in May.\n\n{text}.\n\nThe street light is out too."
    assert Flag.THREAT in assessed(letter, "Bins").flags


@pytest.mark.parametrize("text", SELF_HARM)
def test_a_plain_wish_to_die_is_always_found(text: str) -> None:
    found = assessed(text)
    assert Flag.SELF_HARM in found.flags
    assert (found.kind, found.priority) == (Kind.SELF_HARM_RISK, Priority.IMMEDIATE)


@pytest.mark.parametrize("text", SELF_HARM)
def test_a_plain_wish_to_die_is_found_in_the_middle_of_an_ordinary_letter(text: str) -> None:
    letter = f"Dear Rowan,\n\nMy PIP was stopped in May and I appealed.\n\n{text}.\n\nMy number is below."
    assert Flag.SELF_HARM in assessed(letter, "PIP").flags


@pytest.mark.parametrize("text", [*THREATS[:20], *SELF_HARM[:20]])
@pytest.mark.parametrize(
    "change", [str.upper, lambda text: text.replace(" ", "  "), lambda text: f"  {text}!!!"]
)
def test_shouting_and_spacing_hide_no_risk(text: str, change: object) -> None:
    assert callable(change)
    assert assessed(change(text)).priority is Priority.IMMEDIATE


@pytest.mark.parametrize("text", HARMLESS)
def test_words_that_only_sound_like_risk_raise_no_alarm(text: str) -> None:
    assert not assessed(text).flags & {Flag.THREAT, Flag.SELF_HARM}


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("My husband hit me again last night and I am scared to go home", Flag.DOMESTIC_ABUSE),
        ("I think the little boy next door is being beaten", Flag.SAFEGUARDING),
        ("Please keep this in confidence", Flag.CONFIDENTIAL),
        ("I am a journalist at the Gazette", Flag.MEDIA),
        ("We act for Ms Okoro", Flag.REPRESENTATIVE),
        ("My brother has lost his job", Flag.THIRD_PARTY),
        ("I was diagnosed with bipolar in May", Flag.SPECIAL_CATEGORY),
        ("I am 84 years old and housebound", Flag.VULNERABLE),
        ("Can you do Sunday's canvass for the branch?", Flag.PARTY_POLITICAL),
        ("Please reply in Welsh", Flag.WELSH),
    ],
)
def test_what_needs_care_is_flagged(text: str, flag: Flag) -> None:
    assert flag in assessed(text).flags
    assert flag in LABELS


def test_the_labelled_messages_stay_above_the_floor() -> None:
    """A quarter of the file says what the whole file says; `inbox evaluate` reads it all."""
    pairs = pairs_of("tuned", every=4)
    assert len(pairs) >= 2500
    life = [pair for pair in pairs if pair[0].kind in {Kind.THREAT, Kind.SELF_HARM_RISK}]
    seen = [found for _, found in life if found.priority is Priority.IMMEDIATE]
    alarms = [
        found
        for labels, found in pairs
        if labels.kind not in {Kind.THREAT, Kind.SELF_HARM_RISK}
        and found.flags & {Flag.THREAT, Flag.SELF_HARM}
    ]
    assert len(seen) >= 0.95 * len(life)
    assert len(alarms) <= 0.08 * (len(pairs) - len(life)), (
        "most of its harmless messages borrow words of risk"
    )
