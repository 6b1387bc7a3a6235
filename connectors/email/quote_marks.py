"""How mail programs mark what is not new, in the languages our constituents' programs speak."""

import re

WROTE = re.compile(
    r"\b(?:wrote|writes|sent|ysgrifennodd|schrieb|geschrieben|a écrit|écrivait|écrit|escribió|escribio"
    r"|ha scritto"
    r"|scrisse|schreef|heeft geschreven|skrev|napisał(?:\(a\))?|napisała|pisze|escreveu|kirjoitti|írta"
    r"|napsal(?:\(a\))?"
    r"|napísal|scris|yazdı|rašė|napisao|написал(?:а|\(а\))?|писал(?:а|\(а\))?|пише|έγραψε|написа)\b"
    r"|のメール:|写道|寫道|님이 작성",
    re.IGNORECASE,
)
STARTS = re.compile(
    r"\s*\*?(?:(?:On|Ar|Am|Le|El|Il|Op|Den|Em|Dnia|W dniu|På|Dne|Dňa|Pe|În|بروز|Στις|Vào|Pada|Kl|Fra|Von"
    r"|(?:mon|tues?|wed|thu|fri|sat|sun|pon|wt|śr|czw|pt|sob|niedz|ma|ti|ke|to|pe|la|su|llun|maw|mer|iau"
    r"|gwe|sad"
    r"|sul)\.?,?)\s|\d{1,4}[-./年 ])",
    re.IGNORECASE,
)
ENDS = (":", "：", "写道", "寫道", ">wrote", "> wrote")
LINE_ENDINGS = " \t*_\xa0"
DIGIT = re.compile(r"\d")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]+\.\w|\[mailto:|<mailto:|mailto:", re.IGNORECASE)
# Programs that go on in the line: "On Mon, 2 Nov 2026 at 10:14, Ann<ann@example.org> wrote:   Dear Sir,".
WROTE_INLINE = re.compile(
    r"\s*On \w{3,9},? .{5,40}\d{1,2}[:.]\d{2}.{0,120}<[^<>\s@]{1,64}@[^<>\s]+>\s*wrote:\s{2,}\S"
)
# What help desks put above a mail, so that they can tell what was answered.
REPLY_ABOVE = re.compile(
    r"[\s>]*+[-_=#*~][-_=#*~\s]++(?:please\s+)?(?:type\s+|write\s+|enter\s+)?(?:your\s+)?(?:reply|respond|response)"
    r"\s+above\s+this\s+line\b",
    re.IGNORECASE,
)
# "Rowan Ashby <rowan@example.org>:" after a date, as some programs put it, with no verb.
DATED_ADDRESS = re.compile(r"\d{4}.{0,80}<[^<>\s@]+@[^<>\s]+>\s*[::]\s*\Z")

DIVIDER = re.compile(
    r"[\s*>]*+[-_=—]{2,}+\s*+(?:begin |start of )?(?:"
    r"original (?:message|e-?mail|appointment)|(?:the )?original|forwarded (?:message|e-?mail|by)"
    r"|reply message|antwort nachricht|on\b.{5,80}\bwrote"
    r"|neges wreiddiol|neges wedi'i hanfon ymlaen|neges a anfonwyd ymlaen"
    r"|ursprüngliche (?:nachricht|mail)|originalnachricht|weitergeleitete (?:nachricht|mail)"
    r"|message d[’']origine|message original|message transféré|mail original|e-mail d[’']origine"
    r"|mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)|messaggio originario"
    r"|oorspronkelijk bericht|doorgestuurd bericht|mensagem (?:original|encaminhada)"
    r"|ursprungligt meddelande|originalmeddelande|vidarebefordrat meddelande|opprinnelig melding"
    r"|videresendt melding"
    r"|oprindelig (?:meddelelse|besked)|videresendt meddelelse|alkuperäinen viesti|välitetty viesti"
    r"|wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana dalej|původní zpráva|pôvodná správa"
    r"|eredeti üzenet|mesaj original|исходное сообщение|пересылаемое сообщение|пересланное сообщение"
    r"|orijinal mesaj|αρχικό μήνυμα|原始邮件|转发邮件|元のメッセージ"
    r")\b(?:.{0,120}|\s*[-_=—]{2,}\s.*)\Z",  # Yahoo goes on in the line: "----- … ----- From: A"
    re.IGNORECASE,
)
# ">>> Rowan Ashby <rowan@example.org> 02/03/2026 09:00:12 >>>"
GROUPWISE = re.compile(r"\s*>>> [^>].{4,200}\d{1,2}[:.]\d{2}.{0,10} >>>\s*\Z")
BEGIN_FORWARD = re.compile(
    r"\s*(?:begin forwarded message|start of forwarded message|forwarded message|anfon neges ymlaen"
    r"|dechrau'r neges a anfonwyd ymlaen|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|début du message (?:réexpédié|transféré)"
    r"|inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht"
    r"|vidarebefordrat brev"
    r"|videresendt besked|videresendt melding|início da mensagem (?:encaminhada"
    r"|reencaminhada))\s*[::]\s*\Z",
    re.IGNORECASE,
)
RULE = re.compile(r"\s*(?:_{8,}|-{8,}|={8,}|—{4,})\s*\Z")

FROM_KEY = re.compile(
    r"\s*[*_]{0,2}(?:From|Oddi wrth|O|Gan|Von|De|Da|Van|Från|Fra|Lähettäjä|Od|Feladó|De la|От|Gönderen"
    r"|Kimden|Από|Від|Nuo|من|از|منجانب|מאת|差出人|发件人|寄件者|보낸 사람)"
    r"\s*[*_]{0,2}\s?[::][*_]{0,2}\s*\S",
    re.IGNORECASE,
)
DATE_KEY = re.compile(
    r"\s*[*_]{0,2}(?:Sent|Date(?: sent)?|Sent on|Anfonwyd|Dyddiad|Gesendet|Datum|Envoyé(?: le)?"
    r"|Enviado(?: el)?|Fecha|Inviato"
    r"|Data|Verzonden|Skickat|Sendt|Dato|Lähetetty|Päiväys|Wysłano|Wysłane|Odesláno|Küldve|Dátum"
    r"|Enviada(?: em)?|Trimis|Отправлено"
    r"|Дата|Gönderildi|Tarih"
    r"|Надіслано|Изпратено|Išsiųsta|تم الإرسال|أرسلت|أُرسلت|التاريخ|ارسال شده|تاریخ|נשלח|תאריך"
    r"|Στάλθηκε|Ημερομηνία|日時|送信日時|发送时间|发送|日期)\s*[*_]{0,2}\s?[::]",
    re.IGNORECASE,
)
TO_KEY = re.compile(
    r"\s*[*_]{0,2}(?:To|At|An|À|A|Para|Aan|Till|Til|Vastaanottaja|Do|Komu|Címzett|Către|Кому|До|Kam|إلى|الى|به|אל|Kime|Alıcı"
    r"|Προς|宛先|收件人|받는 사람)"
    r"\s*[*_]{0,2}\s?[::]",
    re.IGNORECASE,
)
SUBJECT_KEY = re.compile(
    r"\s*[*_]{0,2}(?:Subject|Pwnc|Testun|Betreff|Objet|Asunto|Oggetto|Onderwerp|Ämne|Emne|Aihe|Temat"
    r"|Předmět|Predmet|Tárgy|Assunto"
    r"|Subiect|Тема|Относно|Tema|الموضوع|موضوع|נושא|Konu|Θέμα|件名|主题|主旨|제목)\s*[*_]{0,2}\s?[::]",
    re.IGNORECASE,
)
OTHER_KEYS = re.compile(
    r"\s*[*_]{0,2}(?:Cc|Copi|Kopie|Bcc|Reply-To|Importance|Attachments?|Priority)\s*[*_]{0,2}\s?[::]",
    re.IGNORECASE,
)

BRACKETED = re.compile(r"<[^<>\s@]{1,64}@[^<>\s]{3,}>")
# "Rowan Ashby wrote:"
NAMES = re.compile(r"[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,4},? (?:wrote|ysgrifennodd|writes)\s*[::]\Z")
WORD_WITH_AT = re.compile(r"\S*@\S*")
# Words of a sentence that tells a story; a program's line has none of them.
STORY = re.compile(
    r"\b(?:I(?!\.)|we|he|she|they|it|my|our|his|me|us|him|her|them|was|were|that|had|have|then|told|called"
    r"|rang|asked|said"
    r"|who|which|when|because|fe|mi|nhw|roedd|ich|je|nous)\b"
)
QUOTED = re.compile(r"\s{0,3}>(?!From )")
# A line that ends as sentences do.
SENTENCE = re.compile(r"\s*\S+(?:\s+\S+){2,}[.!?]\s*\Z")
SIGNATURE = re.compile(r"--\s?\Z")
_DEVICES = (
    r"(?:iphone|ipad|ipod|android|ios|samsung|galaxy|blackberry|huawei|honor|pixel|nokia|sony|xperia"
    r"|motorola"
    r"|xiaomi|oneplus|outlook|hotmail|yahoo|aol|bt|sky|e?mail|gmail|windows|(?:smart|mobile )?phone"
    r"|mobile|tablet"
    r"|ffôn|ffon|symudol|handy|smartphone|telefon|téléphone|teléfono|telefono|telefoon|mobil|mac"
    r"|proton ?mail|spark"
    r"|ee|o2|vodafone|virgin media|talktalk|app|device|note|plus|pro|max|ultra|mini|desktop|web|wireless"
    r"|handheld|secure email|on the [a-z0-9]+ network"
    r"|gesendet|geschickt|gesendet\.|network|[45]g|[a-z]?\d{1,3}[a-z]?)"
)
# "Sent from my Samsung Galaxy smartphone", "Get Outlook for iOS <https://…>": the line ends with the device.
DEVICE_LINE = re.compile(
    r"\s*[*_<]?(?:(?:(?:sent|posted) (?:from|via|using|with)|anfonwyd (?:o|gan|drwy)|gyrrwyd o|(?:von"
    r"|aus) mein\w*"
    r"|gesendet (?:von|mit)|envoyé (?:de|depuis|à partir)|enviado (?:desde|do|de)|inviato (?:da|dal)"
    r"|verstuurd vanaf|verzonden (?:vanaf|met)|skickat från|sendt fra|lähetetty|wysłane z|wysłano z"
    r"|odesláno z"
    r"|отправлено с|trimis de pe)\s(?:\S+\s+){0,5}?"
    + _DEVICES
    + r"(?:'\w)?(?:\s+(?:for\s+|on\s+)?"
    + _DEVICES
    + r"){0,4}"
    r"|(?:get|download|télécharger|obtenir|descargar|obtener|scarica|ottieni|hämta|hent|cael"
    r"|holen sie sich) "
    r"(?:outlook|yahoo mail|bluemail)(?: (?:for|pour|für|para|per|voor|för|til|ar gyfer) (?:ios|android"
    r"|mac))?)"
    r"[.!*_]?\s*(?:<[^<>]*>|\[[\w.-]+\]|\(?https?://\S+)?\s*\Z",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"\s*(?:virus-free\.|this email has been (?:checked|scanned)|this message has been scanned"
    r"|avast\b.{0,40}\bvirus"
    r"|https?://\S*(?:avast|avg)\S*|to unsubscribe\b|you received this message because|_{30,}\s*\Z)",
    re.IGNORECASE,
)
_ANSWERS = (
    r"(?:answers|replies|responses|comments|thoughts|notes|my (?:answer|reply|response|comment)"
    r"|answered|replied|responded|commented|written|atebion|sylwadau|ymatebion|atebais|antworten|kommentare"
    r"|réponses|commentaires|répondu|respuestas|comentarios|respondido|risposte|commenti|risposto"
    r"|antwoorden|odpowiedzi|uwagi|respostas|comentários|răspunsuri\w*|cevaplar\w*|yanıtlar\w*)"
)
_COLOURED = (
    r"(?:(?:in|en|mewn|na|cu|em|a|het) (?:\w+ )?(?:red|blue|green|purple|pink|orange|brown|colou?rs?|bold"
    r"|italics?|capitals?|caps|coch|glas|gwyrdd|lliw|rot|blau|grün|rouge|bleu|vert|rojo|azul|verde|rosso"
    r"|blu|rood|blauw|groen|czerwono|niebiesko|zielono|vermelho|roșu|albastru|kırmızı|mavi))"
)
_WITHIN = (
    r"(?:" + _COLOURED + r"|below|beneath|underneath|in-?line|(?:under|above|between|after|beside|next to)"
    r" (?:your|each|the (?:lines|questions))|marked (?:with|in|by|\[)|isod|oddi tan\w*|unten|darunter|im text"
    r"|ci-dessous|dans le texte|abajo|a continuación|qui sotto|hieronder|poniżej|abaixo|mai jos|aşağıda)"
)
# "My answers are in red below": somebody's own words about where more of them are.
ANSWERS_WITHIN = re.compile(
    r"\b(?:"
    + _ANSWERS
    + r"\b[^.!?]{0,40}?\b"
    + _WITHIN
    + r"|(?:"
    + _COLOURED
    + r"|below (?:are|is|you(?:'ll| will))|see)\b[^.!?]{0,25}?\b"
    + _ANSWERS
    + r"|(?:put|typed|added|filled)\b[^.!?]{0,25}?\b"
    + _COLOURED
    + r"|see (?:\w+ ){0,2}?in-?line|scroll down)",
    re.IGNORECASE,
)
POSTSCRIPT = re.compile(r"\s*(?:p\.?\s?p?\.?s\b|o\.?\s?n\.?\s|ôl-nodyn)", re.IGNORECASE)
