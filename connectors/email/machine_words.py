"""What automatic mail calls itself, in subjects and in its own words."""

import re

AUTO_SUBJECT = re.compile(
    r"\s*\[?(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|responder)|autoreply|autoresponse"
    r"|auto-?mated reply"
    r"|ateb awtomatig|ymateb awtomatig|automatische antwort|réponse automatique|respuesta automática"
    r"|risposta automatica"
    r"|automatisch antwoord|automatiskt svar|autosvar|automatisk svar|automaattinen vastaus"
    r"|automatyczna odpowiedź"
    r"|resposta automática|abwesenheitsnotiz|automatická odpověď|自动回复|自動回覆|自動応答"
    r"|odpowiedź automatyczna|automatikus válasz|otomatik yanıt|răspuns automat|αυτόματη απάντηση"
    r"|автоматический ответ|自动答复|自動返信|자동 회신|رد تلقائي"
    r"|автоответ)\b\]?\s*(?:[::]|\Z)",
    re.IGNORECASE,
)
"""Alone enough: answering programs write this prefix, people who answer such a mail write "Re:" before it."""
AWAY_SUBJECT = re.compile(
    r"\s*(?:auto\s*:|out of (?:the )?office\b|ooo\b\s*[::]|away from (?:the|my) (?:office|desk)\b"
    r"|allan o'?r swyddfa\b"
    r"|i am (?:away\b|out of (?:the )?office\b)|vacation (?:reply|message|notice)\b"
    r"|(?:on (?:annual |maternity )?leave|on holiday|vacation|absente?)\s*(?:[::]|until|till|jusqu|\Z)"
    r"|abwesenheit|abwesend|absence du bureau"
    r"|fuera de (?:la )?oficina|fuori sede|fuori ufficio|afwezig|frånvarande|ikke til stede|poza biurem"
    r"|nieobecno)",
    re.IGNORECASE,
)
RECEIPT_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{0,30}\d[^\]]{0,30}\]\s*|(?=\S*\d)[\w#/.-]{2,30}\s*[-–:]\s*)?"  # a number
    r"\[?(?:(?!.{0,40}\b(?:not|never|no)\b)(?:your )?"
    r"(?:request|ticket|case|enquiry|inquiry|query|message|e-?mail|form|submission|correspondence)"
    r"(?: \S{1,20})? (?:(?:has|have) been |was |is )?(?:received|logged|created|registered)\b"
    r"|we(?:'ve|’ve| have) received your (?:request|enquiry|inquiry|query|message|e-?mail|submission|form"
    r"|complaint|application|correspondence)\b"
    r"|(?:automatic |automated )?acknowledge?ment(?: of (?:receipt|your\b.{0,40}))?\s*(?:[::–-]|\Z)"
    r"|(?:thank you|thanks) for (?:contacting|getting in touch|your (?:e-?mail|message|enquiry|inquiry"
    r"|correspondence|submission|request))\b"
    r"|diolch am (?:gysylltu|eich (?:neges|e-?bost|ymholiad))|cydnabod|cydnabyddiaeth|cadarnhad o dderbyn"
    r"|accusé de réception|(?:eingangs|empfangs)bestätigung|acuse de recibo|conferma (?:di )?ricezione"
    r"|ontvangstbevestiging|potwierdzenie (?:otrzymania|odbioru))",
    re.IGNORECASE,
)
"""That something was received: enough only on a mail that a program marked."""
CALLS_ITSELF_AUTOMATIC = re.compile(
    r"\bthis is an? (?:automatic|automated|auto)[- ]?(?:e-?mail )?(?:reply|response|acknowledge?ment)\b"
    r"|\b(?:mae hwn yn|dyma)(?: ein)? (?:ateb|ymateb|g?ydnabyddiaeth) awtomatig\b"
    r"|\bdies ist eine automatische (?:antwort|empfangs|eingangs|abwesenheits)"
    r"|\b(?:ceci est|il s['’]agit d['’])\s?une? (?:réponse|accusé de réception) automatique\b"
    r"|\besta es una respuesta automática\b|\bquest[ao] è una risposta automatica\b"
    r"|\bdit is een automatisch (?:antwoord|gegenereerd antwoord)\b"
    r"|\bi(?:['’]m| am) (?:currently |now )?out of (?:the |my )?office\b"
    r"|\byour (?:e-?mail|message)(?: to .{1,80})? (?:has|will|is) not (?:be(?:en|ing)? )?forwarded\b",
    re.IGNORECASE,
)
"""The writer says of this very mail that nobody wrote it. "Do not reply" is no such word: people's letters
leave from unread addresses too."""
NEWS_ADDRESS = re.compile(
    r"(?:e-?)?(?:news|bulletin|updates?|mailing|digest|marketing|lettre)", re.IGNORECASE
)
UNSUBSCRIBE = re.compile(
    r"unsubscribe|opt[- ]out of|(?:manage|update) (?:your )?(?:e-?mail )?(?:preferences|subscription)"
    r"|view (?:this|it) (?:e-?mail )?in your browser|dad-?danysgrifio|désinscrire|désabonner"
    r"|abbestellen|abmelden|darse de baja|cancellar[ts]i|disiscri|uitschrijven|wypisz",
    re.IGNORECASE,
)
