# हिन्दी। नाम वही हैं जो en.ftl में; अंक लैटिन। त्रुटि के दो भाग हैं: क्या हुआ, और
# "…-advice" में, क्या करें।

-brand = SecureSign
-pin = पिन
-puk = PUK

## Buttons

back = वापस
cancel = रद्द करें
change-pin = { $pin } बदलें
caps-lock = Caps Lock चालू है
copy = कॉपी करें
close = बंद करें
close-and-lock = बंद करके लॉक करें
go-on = आगे बढ़ें
# L is the key that does the same, with Alt.
lock = अभी लॉक करें (L)
done = हो गया
export = निर्यात करें
look-again = फिर से खोजें
next = आगे
next-request = अगला अनुरोध
remove = हटाएँ
show-secret = { $secret } दिखाएँ
sign = हस्ताक्षर करें
try-again = फिर कोशिश करें
unlock = अनलॉक करें
unlock-with-puk = { $puk } से अनलॉक करें
unlock-pin-with-puk = { $puk } से { $pin } अनलॉक करें
use-last-try = अंतिम प्रयास करें

## Secrets: the names of fields and what errors call them

name-pin = { -pin }
name-signature-pin = हस्ताक्षर { -pin }
name-called = { $name } (प्रमाणीकरण)
name-called-signature = { $name } (हस्ताक्षर)
name-puk = { -puk } कोड
name-reset-code = रीसेट कोड
name-admin-pin = एडमिन { -pin }
name-admin-key = एडमिन कुंजी-कोड
pin-present = मौजूदा { $pin }
pin-new = नया { $pin }
pin-new-again = नया { $pin } दोबारा

## The token is looked for

looking-title = आपका टोकन खोजा जा रहा है …
waiting-title = अपना टोकन लगाएँ
waiting-no-reader = कोई रीडर नहीं जुड़ा है।
waiting-no-reader-advice = अपना USB टोकन लगाएँ। वह अपने आप पहचान लिया जाएगा।
waiting-empty = रीडर खाली है।
waiting-empty-advice = उसमें अपना टोकन लगाएँ। वह अपने आप पहचान लिया जाएगा।
waiting-no-service-title = स्मार्ट कार्ड सेवा उपलब्ध नहीं है
waiting-no-access-title = स्मार्ट कार्ड तक पहुँच नहीं है
unknown-title = यह टोकन अभी समर्थित नहीं है
unknown-named = { $reader } में लगा टोकन { $name } जैसा लगता है।
unknown-guessed = रीडर के नाम ({ $reader }) से लगता है कि यह { $name } है। यह केवल अनुमान है: टोकन स्वयं नहीं बताता कि वह क्या है।
unknown-guess = { $name } (रीडर के नाम से लगाया गया अनुमान)
unknown-unnamed = { $reader } में लगा टोकन पहचाना नहीं गया।
unknown-unpublished = इसके कमांड सार्वजनिक नहीं हैं, इसलिए { -brand } इसका इस्तेमाल नहीं कर सकता।
unknown-not-yet = { -brand } अभी इसके कमांड नहीं जानता।
unknown-secure-messaging = यह केवल एक ऐसे सुरक्षित सत्र में खुलता है जिसे { -brand } अभी नहीं जानता।
unknown-no-application = ऐसे टोकन { -brand } के साथ चल सकते हैं, पर इसमें ऐसा कोई एप्लिकेशन नहीं मिला जिसे वह जानता हो।
unknown-own = अभी यह अपने निर्माता के सॉफ़्टवेयर से चलता है।
unknown-own-maker = अभी यह अपने निर्माता { $maker } के सॉफ़्टवेयर से चलता है।
unknown-own-named = अभी यह अपने निर्माता { $maker } के सॉफ़्टवेयर से चलता है: { $software }।
unknown-others = दूसरे प्रोग्राम अभी { $software } के ज़रिए इसका इस्तेमाल कर सकते हैं।
unknown-advice = इस पर कुछ नहीं लिखा गया और कोई { -pin } नहीं भेजा गया। यह आगे चलकर यहाँ भी काम करे, इसके लिए बताएँ कि यह कौन-सा टोकन है और इसका ATR (रीसेट का उत्तर) क्या है। इससे भी अच्छा है उसके अपने सॉफ़्टवेयर के काम की रिकॉर्डिंग, आपके { -pin } के बिना: securesign learn --help देखें।
atr = टोकन का ATR
command-start = चालू करने के लिए
command-install = इंस्टॉल करने के लिए
copied = कॉपी हो गया।
unreadable-title = टोकन पढ़ा नहीं जा सका
unreadable = { $reader }: { $what }

## Who asks, and what is signed

sign-title = क्या इस दस्तावेज़ पर हस्ताक्षर करें?
requested-by = अनुरोधकर्ता
document = दस्तावेज़
document-given = आपकी दी हुई फ़ाइल: वह नीचे दिए गए हैश से मेल खाती है
document-digest-only = केवल उसका हैश; दस्तावेज़ पोर्टल के पास ही रहता है
document-comparing = “{ $name }” का मिलान हो रहा है …
document-same = “{ $name }”: यह नीचे दिए गए हैश से मेल खाता है
document-not = “{ $name }” नहीं: वह फ़ाइल नीचे दिए गए हैश से मेल नहीं खाती
document-pdf = PDF, { $pages ->
        [one] एक पृष्ठ
       *[other] { $pages } पृष्ठ
    }, { $size } kB; अनुरोध के साथ आया
document-xml-kind = XML, { $size } kB; अनुरोध के साथ आया
document-reason = कारण
document-location = स्थान
document-enclosed = हस्ताक्षर दस्तावेज़ के भीतर होंगे, और वह आपके हस्ताक्षर के साथ पोर्टल को लौटेगा। वह यहाँ दिखाया नहीं जाता।
document-enclosed-given = हस्ताक्षर आपकी दी हुई फ़ाइल के भीतर ही होंगे। पोर्टल को वह आपके हस्ताक्षर के साथ मिलेगी; PDF का केवल वह भाग जो उसमें जुड़ता है। वह यहाँ दिखाई नहीं जाती।
document-wanted = एक फ़ाइल जो आपके पास है
document-wanted-text = पोर्टल एक ऐसे दस्तावेज़ के भीतर आपके हस्ताक्षर चाहता है जो आपके पास है। वह फ़ाइल यहाँ छोड़ें या चुनें: केवल उसी पर हस्ताक्षर होंगे जिसका हैश नीचे दिया है।
document-wanted-terminal = पोर्टल एक ऐसे दस्तावेज़ के भीतर आपके हस्ताक्षर चाहता है जो आपके पास है। उसे --document FILE से दें: केवल उसी पर हस्ताक्षर होंगे जिसका हैश नीचे दिया है।
document-earlier = { $count ->
        [one] इसमें पहले से एक हस्ताक्षर है, जो वैसा ही रहेगा।
       *[other] इसमें पहले से { $count } हस्ताक्षर हैं, जो वैसे ही रहेंगे।
    }
document-earlier-bad = इसमें पहले से मौजूद एक हस्ताक्षर मान्य नहीं है: { $fault }।
document-xml-curve = भारत के कुछ पोर्टल XML पर RSA कुंजी से हस्ताक्षर चाहते हैं; यह कुंजी कर्व वाली है।
compare = दस्तावेज़ यहाँ छोड़ें, या क्लिक करके चुनें, और देखें कि यह वही है या नहीं।
compare-wanted = दस्तावेज़ यहाँ छोड़ें, या क्लिक करके चुनें: यह टोकन स्वयं दस्तावेज़ से हस्ताक्षर बनाता है।
compare-original = दस्तावेज़ यहाँ छोड़ें, या क्लिक करके चुनें: हस्ताक्षर उसी में होंगे।
compare-many = केवल वही दस्तावेज़ यहाँ छोड़ें जिस पर आप हस्ताक्षर कर रहे हैं।
compare-no-dialog = इस डेस्कटॉप पर फ़ाइल चुनने की विंडो नहीं है। दस्तावेज़ को इस विंडो पर छोड़ें, या उसका पाथ लिखकर एंटर दबाएँ।
compare-path = दस्तावेज़ का पाथ
compared-same = “{ $name }” वही दस्तावेज़ है जिस पर हस्ताक्षर होने हैं। वह मेल खाता है।
compared-other = “{ $name }” मेल नहीं खाता। कारण पता न हो, तो हस्ताक्षर न करें।
unread-elsewhere = वह फ़ाइल इस कंप्यूटर पर नहीं है। पहले दस्तावेज़ यहाँ सहेजें, फिर उसे दोबारा छोड़ें।
unread-no-document = “{ $name }” कोई फ़ोल्डर या उपकरण है। दस्तावेज़ ही यहाँ छोड़ें।
unread-too-large = “{ $name }” 256 MB से बड़ी है, इसलिए नहीं पढ़ी गई। उसके हैश का मिलान किसी और तरीके से करें।
unread-failed = “{ $name }” पढ़ी नहीं जा सकी ({ $reason })। देखें कि वह अब भी वहाँ है या नहीं, और फिर से छोड़ें।
digest = हैश ({ $algorithm })
request = अनुरोध
signing-as = { $name } · { $key } से हस्ताक्षर
from-page = जाँचा नहीं गया
first-seen = इस कंप्यूटर पर इस साइट के लिए यह पहला हस्ताक्षर है।
goes-along = हस्ताक्षर के साथ आपका नाम और प्रमाणपत्र भी पोर्टल को भेजे जाएँगे।
pin-not-wanted = यह कुंजी बिना { -pin } के हस्ताक्षर करती है: जिसके पास टोकन है वही इसका इस्तेमाल कर सकता है।
result-local = नतीजा { $origin } पर जाएगा, यानी इस कंप्यूटर का कोई भी प्रोग्राम उसे ले सकता है।
pin-accepted = { -pin } अभी कुछ देर पहले स्वीकार हुआ था। उसे फिर से डालने की ज़रूरत नहीं है।
pin-blocked-unlock = { $pin } ब्लॉक है: कोई प्रयास शेष नहीं है। उसे { $puk } से अनलॉक करें।
document-other = यह दस्तावेज़ उससे मेल नहीं खाता जिस पर पोर्टल हस्ताक्षर चाहता है। कुछ भी नहीं भेजा गया।

## Certificates

certificates = प्रमाणपत्र
certificates-choose = प्रमाणपत्र चुनें
details = विवरण
certificate-issuer = जारीकर्ता: { $issuer }
certificate-serial = क्रम संख्या …{ $last }
certificate-place = स्थान: { $place }
certificate-encryption = एन्क्रिप्शन
certificate-encrypts = यह एन्क्रिप्शन के लिए है, हस्ताक्षर के लिए नहीं
# The classes of CCA India: who vouches for the holder, and how well.
class = श्रेणी { $number }
class-individual = श्रेणी { $number }, व्यक्तिगत
class-organization = श्रेणी { $number }, संस्था
certificate-expired-on = { $date } को समाप्त हो गया
certificate-expires-in =
    { $days ->
        [one] { $days } दिन में समाप्त होगा
       *[other] { $days } दिनों में समाप्त होगा
    }
certificate-expires-today = एक दिन के भीतर समाप्त होगा
certificate-not-before = { $date } से पहले मान्य नहीं: क्या इस कंप्यूटर की घड़ी सही है?
certificates-expired =
    { $count ->
        [one] आपका प्रमाणपत्र समाप्त हो चुका है: इसे जारी करने वाली संस्था { $issuer } से नवीनीकृत कराएँ।
       *[other] हस्ताक्षर करने योग्य सभी प्रमाणपत्र समाप्त हो चुके हैं: अपना प्रमाणपत्र जारी करने वाली संस्था से नवीनीकृत कराएँ।
    }
certificate-save = फ़ाइल में सहेजें
certificate-copy = प्रमाणपत्र कॉपी करें
certificate-saved = { $file } में सहेजा गया।
certificate-unsaved = प्रमाणपत्र सहेजा नहीं गया: { $reason }
certificate-subject = धारक
certificate-issued-by = जारीकर्ता
certificate-from = मान्य, इस तारीख से
certificate-to = मान्य, इस तारीख तक
certificate-key = कुंजी
certificate-usage = कुंजी का उपयोग
certificate-usage-any = कोई सीमा नहीं
certificate-policies = नीतियाँ
certificate-at = टोकन में स्थान
certificate-fingerprint = फ़िंगरप्रिंट (SHA-256)
certificate-until = { $date } तक मान्य
certificate-endless = समाप्ति की तारीख नहीं है
certificate-not-for-signatures = यह हस्ताक्षर के लिए नहीं है
certificate-not-yet = उससे पहले हस्ताक्षर नहीं कर सकता
certificate-expired = जारी करने वाली संस्था से नवीनीकृत कराएँ
certificate-not-with-token = टोकन इससे हस्ताक्षर नहीं कर सकता: { $missing }
certificate-key-too-short = इस हैश के लिए इसकी कुंजी बहुत छोटी है
certificate-no-digest = इसकी कुंजी से हैश पर हस्ताक्षर नहीं हो सकते
certificate-pss = इसकी कुंजी केवल RSA-PSS के लिए है, जिसे पोर्टल अभी नहीं माँग सकते
certificate-clock = इस कंप्यूटर की घड़ी के अनुसार आज { $date } है। यदि यह गलत है, तो घड़ी ठीक करें और पोर्टल से फिर शुरू करें।
certificate-not-on-token = पोर्टल जो प्रमाणपत्र माँग रहा है, वह इस टोकन में नहीं है। सही टोकन लगाएँ।
certificate-none = इस टोकन में हस्ताक्षर करने योग्य कोई प्रमाणपत्र नहीं है। टोकन जारी करने वाली संस्था से पूछें।

# As certificates have it, in UTC.
date =
    { $day } { $month ->
        [1] जनवरी
        [2] फ़रवरी
        [3] मार्च
        [4] अप्रैल
        [5] मई
        [6] जून
        [7] जुलाई
        [8] अगस्त
        [9] सितंबर
        [10] अक्टूबर
        [11] नवंबर
       *[12] दिसंबर
    } { $year }

## Tries left

tries-pin = { $pin } के शेष प्रयास
tries-puk = { $puk } के शेष प्रयास
tries-puk-of = { $puk } के शेष प्रयास ({ $pin })
tries-unknown = अज्ञात
# In Hindi zero is "one" too.
tries-left =
    { $left ->
        [one] { $left } प्रयास शेष है
       *[other] { $left } प्रयास शेष हैं
    }
tries-few =
    { $left ->
        [one] टोकन लॉक होने से पहले { $left } प्रयास शेष है
       *[other] टोकन लॉक होने से पहले { $left } प्रयास शेष हैं
    }
tries-not-told = शेष प्रयास: अज्ञात; यह टोकन नहीं बताता

## The token

token-title = आपका टोकन
tokens-title = आपके टोकन
tokens-text = एक से ज़्यादा टोकन लगे हैं। जिसका { -pin } बदलना या अनलॉक करना है, उसे चुनें।
tokens-open = देखें
tokens-blocked = { -pin } ब्लॉक है
tokens-tries =
    { $left ->
        [one] { -pin } का { $left } प्रयास शेष
       *[other] { -pin } के { $left } प्रयास शेष
    }
tokens-tries-unknown = शेष प्रयास पता नहीं
tokens-unreadable = पढ़ा नहीं जा सका
tokens-unknown = समर्थित नहीं
token = टोकन
reader = रीडर
serial-number = क्रम संख्या
pin-status = { $pin } की स्थिति
pin-status-active = इस्तेमाल के लिए तैयार
pin-status-invalid = पिछली बार गलत डाला गया
pin-status-blocked = ब्लॉक है
pin-status-session = स्वीकार हो चुका है और याद है
both-blocked = { $pin } और { $puk } दोनों ब्लॉक हैं। अब केवल टोकन जारी करने वाली संस्था ही मदद कर सकती है।
pin-blocked = { $pin } ब्लॉक है। उसे { $puk } से अनलॉक करें।

## Forms

change-title = { $pin } बदलें
new-pin-shape = नए { $pin } में { $shape } होने चाहिए।
digits = { $min } से { $max } अंक
digits-exactly = ठीक { $max } अंक
hex-digits = { $min } से { $max } हेक्साडेसिमल अंक
hex-digits-exactly = ठीक { $max } हेक्साडेसिमल अंक
characters = { $min } से { $max } वर्ण
characters-exactly = ठीक { $max } वर्ण
entries-differ = नया { -pin } दोनों बार एक जैसा नहीं है। कुछ भी नहीं भेजा गया।
entry-empty = अभी कुछ नहीं लिखा गया है।
weak-same = यह आपका मौजूदा { -pin } ही है। कोई दूसरा चुनें। कुछ भी नहीं भेजा गया।
weak-factory = ऐसे टोकन इसी { -pin } के साथ बिकते हैं, इसलिए इसे सब जानते हैं। कोई दूसरा चुनें। कुछ भी नहीं भेजा गया।
weak-repeated = एक ही वर्ण को दोहराने वाला { -pin } आसानी से पहचाना जा सकता है। कोई दूसरा चुनें। कुछ भी नहीं भेजा गया।
weak-sequence = गिनती के क्रम वाला { -pin } आसानी से पहचाना जा सकता है। कोई दूसरा चुनें। कुछ भी नहीं भेजा गया।
taken-out = टोकन निकाल लिया गया। उसे कुछ भी नहीं भेजा गया।
certificate-gone = आपका चुना हुआ प्रमाणपत्र अब नहीं मिल रहा है। टोकन को कुछ भी नहीं भेजा गया।
changed = हो गया। { $pin } बदल दिया गया है।
unlock-need-title = { $pin } अनलॉक करें: क्या चाहिए
unlock-need = आपको { $puk } चाहिए, यानी { $shape } का दूसरा कोड।
unlock-names-puk = इसे PUC, अनब्लॉकिंग कोड या SO PIN भी कहते हैं।
unlock-names-code = इसे रीसेटिंग कोड भी कहते हैं।
unlock-names-admin = इसे SO PIN, सुरक्षा अधिकारी का पिन या PW3 भी कहते हैं।
unlock-where = यह आम तौर पर टोकन के साथ पत्र या ईमेल में मिलता है। यदि आपके पास नहीं है, तो टोकन जारी करने वाली संस्था से पूछें: पोर्टल इसे नहीं जानता।
unlock-letter = जारी करने वाली संस्था का पत्र या ईमेल
unlock-works =
    { $left ->
        [one] आपका { $pin } काम कर रहा है और { $left } प्रयास शेष है: इसे अनलॉक करने की ज़रूरत तभी है जब आप इसे भूल गए हों।
       *[other] आपका { $pin } काम कर रहा है और { $left } प्रयास शेष हैं: इसे अनलॉक करने की ज़रूरत तभी है जब आप इसे भूल गए हों।
    }
unlock-tries =
    { $left ->
        [one] { $left } प्रयास शेष है। गलत { $puk } डालने पर उसका एक प्रयास कम हो जाता है।
       *[other] { $left } प्रयास शेष हैं। गलत { $puk } डालने पर उसका एक प्रयास कम हो जाता है।
    }
unlock-tries-unknown = यह टोकन नहीं बताता कि कितने प्रयास शेष हैं। गलत { $puk } डालने पर उसका एक प्रयास कम हो जाता है।
unlock-step = चरण { $step } / 3
unlock-spends-advice = कोई प्रयास शेष न रहने पर केवल टोकन जारी करने वाली संस्था मदद कर सकती है, और टोकन का प्रमाणपत्र नष्ट हो सकता है।
unlock-spends-code-advice = कोई प्रयास शेष न रहने पर टोकन केवल उसके एडमिन { -pin } से अनलॉक होता है।
unlock-need-key = आपको { $puk } चाहिए, जो { $shape } का दूसरा गुप्त कोड है। वह उसके पास है जिसने टोकन तैयार किया था; पोर्टल उसे नहीं जानता।
unlock-key-spends = { $pin } का कोई प्रयास कम नहीं होता। गलत { $puk } से उसका अपना कोई प्रयास कम होता है या नहीं, यह पता नहीं है।
unlock-have-puk = मेरे पास { $puk } है
unlock-otherwise = इसके बजाय { $puk } का इस्तेमाल करें
unlock-puk-title = { $pin } अनलॉक करें: { $puk }
unlock-puk = { $puk } में { $shape } होते हैं।
unlock-pin-title = { $pin } अनलॉक करें: नया { $pin }
unlock-together = “अनलॉक करें” दबाने पर { $puk } की जाँच होती है। गलत होने पर उसका एक प्रयास कम हो जाता है।
unlock-key-together = पहले टोकन को पता चलता है कि आपके पास { $puk } है, जो उसे भेजा नहीं जाता; फिर नया { $pin } सेट होता है।
unlocked = हो गया। { $pin } अनलॉक हो गया है और नया { $pin } लागू है।
puk-blocked-title = { $puk } ब्लॉक है
puk-blocked-both = न { $pin } का कोई प्रयास शेष है, न { $puk } का।
puk-blocked = { $puk } का कोई प्रयास शेष नहीं है, इसलिए { $pin } अब अनलॉक नहीं हो सकता।
no-way-title = यह टोकन अनलॉक नहीं हो सकता
no-way-works-title = इस टोकन पर { $pin } अनलॉक नहीं हो सकता
no-way-because = आपके पास मौजूद कोई कोड इसे अनलॉक नहीं कर सकता: { $missing }।
no-way-issuer = अब केवल टोकन जारी करने वाली संस्था मदद कर सकती है: टोकन को फिर से तैयार करना होगा और नया प्रमाणपत्र बनेगा। उसे स्वयं रीसेट न करें।
no-way-office = अब केवल कार्ड जारी करने वाली संस्था मदद कर सकती है: वह अपने कार्यालय में नया { -pin } बना सकती है। कार्ड को स्वयं रीसेट न करें।
no-way-lost = इस टोकन का प्रमाणपत्र संभवतः नष्ट हो जाएगा। उससे किए गए आपके हस्ताक्षर मान्य बने रहेंगे।
copy-details = विवरण कॉपी करें
puk-blocked-pin-works = आपका { $pin } अब भी काम करता है। इसे ध्यान से डालें: ब्लॉक हो जाने पर इसे अनलॉक नहीं किया जा सकेगा।
unsure-change-title = क्या इस टोकन का { $pin } बदलें?
unsure-unlock-title = क्या इस टोकन को अनलॉक करें?
unsure-change = हमने अभी किसी असली { $family } पर { $pin } बदलकर नहीं देखा है: तरीका दस्तावेज़ों से निकाला गया है और उसकी पुष्टि नहीं हुई है।
unsure-unlock = हमने अभी किसी असली { $family } को अनलॉक करके नहीं देखा है: तरीका, और टोकन किस कोड से अनलॉक होता है, यह दस्तावेज़ों से निकाला गया है और इसकी पुष्टि नहीं हुई है।
unsure-doubtful = इस प्रकार के कई टोकन ({ $family }) अनलॉक करने की सुविधा बंद करके बेचे जाते हैं। यदि आपका टोकन भी ऐसा है, तो जारी करने वाली संस्था को उसे रीसेट करना होगा, और उसका प्रमाणपत्र नष्ट हो जाएगा।
unsure-change-advice = यदि यह विफल हो, तो मौजूदा { $pin } संभवतः काम करता रहेगा। जारी करने वाली संस्था का फ़ोन नंबर पास रखें।
unsure-unlock-advice = संदेह हो, तो पहले प्रमाणपत्र जारी करने वाली संस्था से पूछें।
untried-title = क्या इस टोकन को { -pin } भेजें?
untried = हमने अभी इस प्रकार का कोई टोकन ({ $family }) आज़माकर नहीं देखा है। वह अपना { -pin } कैसे लेता है, यह टोकन से ही और मानकों से पढ़ा गया है।
untried-advice = यदि यह टोकन अलग तरह से काम करता हो, तो एक प्रयास कम हो सकता है। अभी तक कुछ नहीं भेजा गया है।
other-document-title = क्या किसी दूसरे दस्तावेज़ पर हस्ताक्षर करें?
other-document = “{ $name }” मेल नहीं खाता: पोर्टल जिस दस्तावेज़ पर हस्ताक्षर चाहता है, यह वह नहीं है।
other-document-advice = अभी हस्ताक्षर करने पर आप ऐसी चीज़ पर हस्ताक्षर करेंगे जो आपने देखी नहीं है। वापस जाकर पोर्टल से पूछें, जब तक आपको अंतर का कारण पता न हो।
sign-anyway = फिर भी हस्ताक्षर करें
last-try-title = क्या अंतिम प्रयास करें?
last-try-pin = { $pin } का एक ही प्रयास शेष है। यदि आपने गलत लिखा है, तो { $pin } ब्लॉक हो जाएगा और केवल { $puk } से अनलॉक हो सकेगा।
last-try-doubtful = { $pin } का एक ही प्रयास शेष है। यदि आपने गलत लिखा है, तो { $pin } ब्लॉक हो जाएगा। इस प्रकार के अधिकतर टोकनों ({ $family }) पर वह फिर अनलॉक नहीं होता, और प्रमाणपत्र नष्ट हो जाता है।
last-try-further = { $pin } का एक ही प्रयास शेष है। यदि आपने गलत लिखा है, तो { $pin } ब्लॉक हो जाएगा, और आपके पास मौजूद कोई कोड उसे अनलॉक नहीं करेगा।
last-try-puk = { $puk } का एक ही प्रयास शेष है। यदि आपने गलत लिखा है, तो { $puk } हमेशा के लिए ब्लॉक हो जाएगा।
last-try-unsent = अभी तक कुछ नहीं भेजा गया है।

## While the card works, and afterwards

working = टोकन को लगा रहने दें।
working-sign = हस्ताक्षर हो रहे हैं …
working-sign-begins = चरण 1/2: टोकन तैयार किया जा रहा है
working-sign-pin = चरण 1/2: { -pin } जाँचा जा रहा है
working-sign-signs = चरण 2/2: टोकन हस्ताक्षर बना रहा है
working-change = { $pin } बदला जा रहा है …
working-unlock = { $pin } अनलॉक किया जा रहा है …
working-abandoned = एक क्षण …
working-abandoned-text = पिछला अनुरोध रद्द कर दिया गया है, और टोकन अभी उसी पर काम कर रहा है। उसके पूरा होते ही अगला आएगा।
signed-title = हस्ताक्षर हो गए
signed = हस्ताक्षर { $requester } को भेजे जा रहे हैं।
signed-advice = यदि आपका ब्राउज़र पोर्टल पर न लौटे, तो वहीं से फिर शुरू करें।
signed-printed = { $requester } के लिए उत्तर मानक आउटपुट पर लिख दिया गया है।
signed-printed-advice = इस पते को खोलने पर उत्तर पोर्टल को मिलेगा।
signed-kept-terminal = आपका { -pin } इस पोर्टल के अगले लिंकों के लिए याद रखा गया है, इस कमांड के समाप्त होने तक।
signed-kept = आपका { -pin } इस पोर्टल के अगले अनुरोध के लिए याद रखा गया है, जो यहीं दिखेगा। { -brand } बंद करने पर वह भुला दिया जाता है।
factory-pin = इस टोकन का { -pin } अब भी वही है जिसके साथ वह बिका था। इसे बदलें: मेनू से { -brand } खोलें और “{ -pin } बदलें” चुनें।
factory-pin-terminal = इस टोकन का { -pin } अब भी वही है जिसके साथ वह बिका था। इसे { $command } से बदलें।
requests-wait =
    { $count ->
        [one] { $count } और अनुरोध प्रतीक्षा में है।
       *[other] { $count } और अनुरोध प्रतीक्षा में हैं।
    }
request-place = अनुरोध { $place }/{ $count }
requests-turned-away =
    { $count ->
        [one] { $count } और लिंक नहीं लिया गया, क्योंकि बहुत सारे अनुरोध प्रतीक्षा में हैं। उसे पोर्टल से फिर खोलें।
       *[other] { $count } और लिंक नहीं लिए गए, क्योंकि बहुत सारे अनुरोध प्रतीक्षा में हैं। उन्हें पोर्टल से फिर खोलें।
    }
inquiring-title = पूछा जा रहा है कि इस पोर्टल को अनुमति है या नहीं
inquiring = यह पोर्टल इस कंप्यूटर की सेटिंग में नहीं है, इसलिए सेटिंग में दी गई प्रमाणीकरण सेवा से पूछा जा रहा है। पोर्टल को कुछ नहीं भेजा गया है।
unapproved-key = प्रमाणीकरण सेवा { $origin } की API कुंजी को नहीं पहचानती, या अब उसे स्वीकार नहीं करती।
unapproved-key-advice = कोई हस्ताक्षर नहीं हुआ, और पोर्टल को कुछ नहीं भेजा गया। पोर्टल चलाने वालों को बताएँ: उन्हें सही कुंजी चाहिए।
unapproved-origin = प्रमाणीकरण सेवा { $origin } को इस API कुंजी के इस्तेमाल की अनुमति नहीं देती।
unapproved-origin-advice = कोई हस्ताक्षर नहीं हुआ, और पोर्टल को कुछ नहीं भेजा गया। हो सकता है कि कोई किसी दूसरे पोर्टल की कुंजी इस्तेमाल कर रहा हो। अगर आप इस पोर्टल को जानते हैं, तो उसे चलाने वालों को बताएँ।
session-expired = { $origin } के इस हस्ताक्षर अनुरोध का समय समाप्त हो गया है।
session-expired-advice = कोई हस्ताक्षर नहीं हुआ, और पोर्टल को कुछ नहीं भेजा गया। पोर्टल में हस्ताक्षर फिर से शुरू करें।
session-used = { $origin } का यह हस्ताक्षर अनुरोध पहले खोला जा चुका है, शायद किसी दूसरे कंप्यूटर पर। इसे एक ही बार खोला जा सकता है।
session-gone = प्रमाणीकरण सेवा के पास { $origin } का ऐसा कोई हस्ताक्षर अनुरोध अब नहीं है: उसका समय समाप्त हो गया है, या वह पहले खोला जा चुका है।
session-used-advice = यहाँ कोई हस्ताक्षर नहीं हुआ, और पोर्टल को कुछ नहीं भेजा गया। पोर्टल में देखें कि दस्तावेज़ पर हस्ताक्षर हुआ है या नहीं; अगर नहीं, तो वहाँ हस्ताक्षर फिर से शुरू करें।
session-altered = यह वह लिंक नहीं है जो { $origin } को इस हस्ताक्षर अनुरोध के लिए मिला था: इसे रास्ते में बदला गया है।
session-absent = { $origin } केवल उन्हीं लिंक पर हस्ताक्षर होने देता है जो उसके अपने सर्वर ने बनवाए हों, और इस लिंक में इसका कोई प्रमाण नहीं है।
session-altered-advice = कोई हस्ताक्षर नहीं हुआ, और पोर्टल को कुछ नहीं भेजा गया। हो सकता है कि कोई आपसे किसी और चीज़ पर हस्ताक्षर करवाना चाहता हो। पोर्टल में हस्ताक्षर फिर से शुरू करें; अगर यही संदेश फिर आए, तो पोर्टल चलाने वालों को बताएँ।
unapproved-busy = प्रमाणीकरण सेवा व्यस्त है, इसलिए पता नहीं चला कि इस पोर्टल को अनुमति है या नहीं।
unapproved-busy-advice = पोर्टल को कुछ नहीं भेजा गया। थोड़ी देर रुकें, फिर दोबारा कोशिश करें।
unapproved-limited = आपके नेटवर्क से प्रमाणीकरण सेवा से { $origin } के बारे में बहुत बार पूछा गया है, इसलिए वह अभी नहीं बता रही कि इस पोर्टल को अनुमति है या नहीं।
unapproved-busy-seconds =
    { $seconds ->
        [one] पोर्टल को कुछ नहीं भेजा गया। { $seconds } सेकंड बाद दोबारा कोशिश करें।
       *[other] पोर्टल को कुछ नहीं भेजा गया। { $seconds } सेकंड बाद दोबारा कोशिश करें।
    }
unapproved-unreachable = प्रमाणीकरण सेवा से उत्तर नहीं मिला, इसलिए पता नहीं चला कि इस पोर्टल को अनुमति है या नहीं: { $reason }।
unapproved-unreachable-advice = पोर्टल को कुछ नहीं भेजा गया। नेटवर्क कनेक्शन और सेटिंग में सेवा का पता जाँचें, फिर दोबारा कोशिश करें।
unapproved-missing-advice = पोर्टल को कुछ नहीं भेजा गया। SecureSign दोबारा इंस्टॉल करें, फिर कोशिश करें।
trouble-missing = प्रोग्राम securesign-helper इंस्टॉल नहीं है
trouble-ended = प्रोग्राम securesign-helper विफल हो गया
trouble-connection = कनेक्शन नहीं हो सका
trouble-time = बहुत समय लगा
trouble-certificate = सेवा के प्रमाणपत्र की पुष्टि नहीं हो सकी
trouble-redirect = सेवा किसी दूसरे पते पर भेजती है
trouble-answer = सेवा का उत्तर समझ में नहीं आया
refused-title = यह अनुरोध अस्वीकार कर दिया गया
unchecked-title = इस पोर्टल की जाँच नहीं हो सकी
refusal-told = { $requester } को यह बता दिया गया है।
refused-told = इसे बंद करने पर { $requester } को यह बता दिया जाएगा।
code = कोड
failed-title = कुछ गड़बड़ हो गई
undelivered-title = परिणाम नहीं पहुँचा
undelivered = परिणाम पोर्टल को नहीं दिया जा सका: { $reason }
undelivered-unopened = परिणाम पोर्टल को नहीं दिया जा सका: { $reason }।
undelivered-before = { $requester } के अनुरोध { $request } का परिणाम नहीं दिया जा सका: { $reason }।
undelivered-held = हस्ताक्षर यहाँ सुरक्षित रखे गए हैं। सेटिंग जाँचें, फिर से कोशिश करें: सेटिंग दोबारा पढ़ी जाएँगी। रद्द करने पर हस्ताक्षर हटा दिए जाएँगे और किसी को कुछ नहीं बताया जाएगा।
undelivered-still = सेटिंग फिर से पढ़ी गईं, पर कुछ भी नहीं बदला है।
undelivered-dropped = हस्ताक्षर हटा दिए गए, और किसी को कुछ नहीं बताया गया।
unopened-no-program = वेब पेज खोलने वाला कोई प्रोग्राम नहीं मिला
unopened-unstarted = ब्राउज़र शुरू नहीं हो सका ({ $reason })
unopened-unwritten = उसका पेज नहीं लिखा जा सका ({ $reason })
unopened-closed = मानक आउटपुट बंद है ({ $reason })
undelivered-advice = पोर्टल पर वापस जाकर फिर शुरू करें। यदि फिर ऐसा हो, तो उसे यह संदेश भेजें।

## While a PIN is kept

kept = { -pin } याद है · { $time } में लॉक होगा
kept-for = { -pin } { $time } में लॉक होगा · { $origin } के लिए याद है
kept-forgotten = लॉक हो गया। { -pin } फिर से माँगा जाएगा।

## What is wrong with a PIN or PUK that was typed

format = { $fault } कुछ भी नहीं भेजा गया; कोई प्रयास कम नहीं हुआ।
format-advice = जाँचकर फिर से लिखें।
format-new = { $fault } कुछ भी नहीं भेजा गया।
format-new-advice = कोई दूसरा { -pin } चुनें।
fault-length = { $secret } में { $shape } होते हैं।
fault-digits = { $secret } में केवल अंक होते हैं।
fault-hex = { $secret } में केवल हेक्साडेसिमल अंक होते हैं।
fault-alphanumeric = { $secret } में केवल अंग्रेज़ी अक्षर और अंक होते हैं।
fault-printable = { $secret } में केवल अंग्रेज़ी अक्षर, अंक और चिह्न होते हैं।
blocked = { $secret } ब्लॉक है: कोई प्रयास शेष नहीं है।
blocked-pin-advice = टोकन के साथ मिले पत्र या ईमेल में दिए गए कोड से इसे अनलॉक करें।
blocked-puk-advice = अब केवल टोकन जारी करने वाली संस्था ही मदद कर सकती है। टोकन को स्वयं रीसेट न करें: इससे उसके प्रमाणपत्र मिट जाते हैं।
blocked-reset-code-advice = टोकन को फिर से देखें: यदि आपके पास उसका एडमिन { -pin } है, तो उससे इसे अनलॉक किया जा सकता है।
wrong =
    { $left ->
        [one] { $secret } गलत है। एक प्रयास शेष है।
       *[other] { $secret } गलत है। { $left } प्रयास शेष हैं।
    }
wrong-not-told = { $secret } गलत है। यह टोकन नहीं बताता कि कितने प्रयास शेष हैं।
wrong-advice = ध्यान से लिखें।
last-try = { $secret } का एक ही प्रयास शेष है। इसे भेजा नहीं गया।
last-try-advice = पक्का कर लें कि यह सही है, और पुष्टि करें कि इसे भेजा जाए।

## What a token did

new-pin-refused = टोकन ने लिखे गए कोड का रूप स्वीकार नहीं किया ({ $sw })। कुछ भी नहीं बदला गया।
new-pin-refused-advice = ऐसा दूसरा { -pin } चुनें जिसके अंक दोहराए न गए हों; कुछ टोकन { -puk } में भी केवल अंक लेते हैं।
refused = टोकन ने एक चरण अस्वीकार कर दिया: { $step } ({ $sw }, { $meaning })।
refused-unexplained = टोकन ने एक चरण अस्वीकार कर दिया: { $step } ({ $sw })।
declined-no-touch = टोकन छुए जाने का इंतज़ार करता रहा, पर उसे छुआ नहीं गया ({ $sw })।
declined-no-touch-advice = गलती { -pin } की नहीं थी। फिर से शुरू करें, और टोकन के टिमटिमाते ही उसे छुएँ।
declined-pin-forgotten = टोकन { -pin } को जाँचा हुआ नहीं मानता, इसलिए उसने हस्ताक्षर नहीं किया ({ $sw })।
declined-pin-forgotten-advice = { -pin } फिर से डालें। यदि ऐसा ही रहे, तो कोई दूसरा प्रोग्राम बीच में टोकन को लॉग आउट कर रहा है: उसे बंद करें।
declined-no-key = टोकन में इस प्रमाणपत्र के लिए हस्ताक्षर करने वाली कोई कुंजी नहीं है ({ $sw })।
declined-no-key-advice = दूसरा प्रमाणपत्र चुनें, या इसे जारी करने वाले से इसकी कुंजी माँगें।
declined-pin-not-taken = टोकन इस तरीके से { -pin } नहीं लेता ({ $sw })।
declined-pin-not-taken-advice = बिना संपर्क के कई टोकन { -pin } नहीं लेते: टोकन को सीधे लगाएँ, या संपर्क वाला रीडर इस्तेमाल करें।
declined-no-pin = जो { -pin } माँगा गया, वह टोकन में नहीं है ({ $sw })।
declined-no-pin-advice = टोकन जारी करने वाले से पूछें कि इसमें कौन-सा { -pin } है।
declined-conditions = टोकन कहता है कि इसकी शर्तें पूरी नहीं हैं ({ $sw })।
declined-conditions-advice = टोकन का इस्तेमाल करने वाले दूसरे प्रोग्राम बंद करें, टोकन निकालें, फिर लगाएँ और दोबारा कोशिश करें। यदि ऐसा ही रहे, तो यह कुंजी ऐसे हस्ताक्षर के लिए नहीं है: टोकन जारी करने वाले से पूछें।
declined-fault = टोकन अपने भीतर की खराबी बताता है ({ $sw })।
declined-fault-advice = टोकन निकालें, फिर लगाएँ और दोबारा कोशिश करें। यदि ऐसा ही रहे, तो टोकन खराब हो सकता है: उसे जारी करने वाले से पूछें।
malformed = टोकन से अनपेक्षित उत्तर मिला: { $step }, बाइट { $at }।
repeat-advice = टोकन निकालें, फिर लगाएँ और दोबारा कोशिश करें। यदि ऐसा ही रहे, तो ट्रेस रिकॉर्ड करें (securesign trace record) और हमें बताएँ।
secure-messaging-lost = टोकन से सुरक्षित संपर्क टूट गया: { $step }।
secure-messaging-lost-advice = टोकन का उपयोग करने वाले दूसरे प्रोग्राम बंद करें और फिर शुरू करें; { -pin } दोबारा माँगा जाएगा।
secure-messaging-checksum = टोकन का उत्तर रास्ते में बदल दिया गया: { $step }।
secure-messaging-malformed = टोकन का उत्तर तय तरीके से सुरक्षित नहीं था: { $step }।
secure-messaging-advice = टोकन को सीधे कंप्यूटर में लगाएँ, उसका उपयोग करने वाले दूसरे प्रोग्राम बंद करें और फिर शुरू करें।
unblock-off = { -puk } सही था, पर इस टोकन पर अनलॉक करने की सुविधा बंद है (स्टेटस वर्ड { $sw })।
unblock-off-advice = प्रमाणपत्र जारी करने वाली संस्था से पूछें: टोकन को रीसेट करना होगा, और उसका प्रमाणपत्र नष्ट हो जाएगा।
other-pin = टोकन ने { $secret } स्वीकार कर लिया, पर नया { -pin } वह नहीं है जो आपने लिखा: { $secret } के बाद लिखा गया कोई अतिरिक्त वर्ण उसकी शुरुआत बन गया है।
other-pin-advice = टोकन को फिर से अनलॉक करें, और { $secret } के आख़िरी वर्ण के बाद कुछ न लिखें।
raw-rsa = टोकन बाहर बनाए गए हैश पर हस्ताक्षर करने से मना करता है (स्टेटस वर्ड 6F83)।
raw-rsa-advice = इसे स्वयं दस्तावेज़ चाहिए: उसे securesign sign --document FILE LINK से दें।
raw-rsa-here = इसे स्वयं दस्तावेज़ चाहिए: उसे यहाँ छोड़ें या चुनें, फिर हस्ताक्षर करें।
unsupported = यह टोकन ऐसा नहीं कर सकता: { $missing }।
unsupported-advice = कोई दूसरा प्रमाणपत्र या दूसरा टोकन इस्तेमाल करें।
missing-pin = इसमें ऐसा कोई { -pin } नहीं है जिसे यह प्रोग्राम जानता हो
missing-puk = इसमें { -puk } नहीं है
missing-unblock-off = इस टोकन पर अनलॉक करने की सुविधा बंद है
missing-key-kind = इस प्रकार की कुंजी
missing-key-length = इस लंबाई की RSA कुंजी
missing-key-too-short = इस हैश के लिए कुंजी बहुत छोटी है
missing-ed25519 = Ed25519 कुंजी दस्तावेज़ों पर हस्ताक्षर करती है, हैश पर नहीं
missing-global-pin = इसका { -pin } पूरे कार्ड का { -pin } है, जिसे कोई { -puk } रीसेट नहीं करता
missing-setup = यह खाली है, या किसी अज्ञात तरीके से तैयार किया गया है
missing-change = इसे बदला नहीं जा सकता
missing-pin-length = इस लंबाई का { -pin }
missing-pin-form = यह ज्ञात नहीं है कि यह मॉडल अपना { -pin } किस रूप में लेता है, और गलत अनुमान से एक प्रयास घट जाएगा
missing-issuer = इसका { -puk } कार्ड जारी करने वाली संस्था के पास है
missing-shared-pin = कार्ड के एक दूसरे एप्लिकेशन का { -pin } भी यही है, और उसमें पुराना ही रह जाएगा
missing-digest = इस कुंजी के साथ इस प्रकार का हैश
missing-reader = ऐसे रीडर में यह कुंजी, जो केवल छोटे कमांड लेता है
missing-session = प्रकाशित कुंजियों से इसका सुरक्षित सत्र नहीं खुलता
bad-signature = टोकन का हस्ताक्षर उसके प्रमाणपत्र से मेल नहीं खाता, इसलिए उसे हटा दिया गया।
bad-signature-advice = दोबारा कोशिश करें। यदि ऐसा ही रहे, तो टोकन का प्रमाणपत्र और कुंजी एक-दूसरे के नहीं हैं: जारी करने वाली संस्था से पूछें।
unclear = टोकन का जवाब नहीं मिला, इसलिए यह पता नहीं कि नया { $secret } लागू हुआ या नहीं।
unclear-advice = पहले नया { $secret } आज़माएँ; अगर वह न चले, तो पुराना अब भी लागू है।
unanswered = { $cause } { $secret } का जवाब नहीं मिला, इसलिए यह पता नहीं कि एक प्रयास कम हुआ या नहीं।
unanswered-advice = { $secret } फिर से डालने से पहले शेष प्रयास देख लें; अपने आप कुछ भी दोबारा नहीं भेजा जाता।
session-over = हस्ताक्षर सत्र समाप्त हो गया: { -pin } दोबारा माँगा जाएगा।
session-over-advice = { -pin } लिखें।
token-changed = रीडर में लगा टोकन वह नहीं है जो दिखाया गया था।
token-changed-advice = सही टोकन लगाएँ और फिर शुरू करें।

## The way to the token

no-service = स्मार्ट कार्ड सेवा नहीं चल रही है।
no-service-advice = सिस्टम की स्मार्ट कार्ड सेवा शुरू करें, या कंप्यूटर फिर से चालू करें।
no-service-windows = कोई रीडर नहीं जुड़ा है, या Windows की स्मार्ट कार्ड सेवा नहीं चल रही है।
no-service-windows-advice = अपना USB टोकन लगाएँ: Windows उसके साथ यह सेवा शुरू कर देता है। यदि वह पहले से लगा है, तो services.msc खोलें और वहाँ स्मार्ट कार्ड सेवा (SCardSvr) शुरू करें।
no-service-linux-advice = pcscd इंस्टॉल करें (Debian और Ubuntu पर: sudo apt install pcscd), या उसे शुरू करें (sudo systemctl start pcscd.socket)।
no-reader = रीडर जुड़ा नहीं है।
no-reader-advice = टोकन या रीडर लगाएँ।
removed = टोकन निकाल लिया गया।
removed-advice = जारी रखने के लिए उसे फिर से लगाएँ।
reset = किसी दूसरे प्रोग्राम ने टोकन रीसेट कर दिया।
reset-advice = फिर शुरू करें; { -pin } दोबारा माँगा जाएगा।
busy = कोई दूसरा प्रोग्राम टोकन का उपयोग कर रहा है।
busy-by = { $program } टोकन का उपयोग कर रहा है।
busy-advice = वह प्रोग्राम बंद करें, या टोकन निकालकर फिर लगाएँ।
token-slow = यह टोकन धीमा है। उसे लगा रहने दें।
touch = टोकन समय ले रहा है। यदि वह टिमटिमाए, तो उसे छुएँ।
waits = टोकन किसी दूसरे प्रोग्राम के पास है; उसके छोड़ने का इंतज़ार है।
waits-for = टोकन का इस्तेमाल { $program } कर रहा है; उसके छोड़ने का इंतज़ार है।
slow = रीडर समय पर जवाब नहीं दे रहा है।
slow-advice = टोकन निकालें, थोड़ी देर रुकें, फिर लगाएँ और दोबारा कोशिश करें।
mute = टोकन उत्तर नहीं दे रहा है।
mute-advice = टोकन निकालें और सही दिशा में फिर लगाएँ।
not-transacted = रीडर ने कमांड अस्वीकार कर दिया।
not-transacted-advice = टोकन निकालें, फिर लगाएँ और दोबारा कोशिश करें।
forbidden = आपको इस रीडर के इस्तेमाल की अनुमति नहीं है।
forbidden-advice = सीधे उसी कंप्यूटर पर साइन इन करें, या उसके व्यवस्थापक से pcscd की अनुमति माँगें।
service-reports = स्मार्ट कार्ड सेवा का संदेश: { $reason }।
service-reports-advice = टोकन निकालकर फिर लगाएँ; securesign doctor चलाएँ।

## What is on a token and not offered

note-unreadable = { $place } को पढ़ा नहीं जा सका ({ $sw })।
note-failed = { $place } को पढ़ा नहीं जा सका: { $reason }
note-damaged = { $place } का प्रमाणपत्र इस्तेमाल नहीं किया जा सकता: { $reason }।
# What follows the colon of the one above.
bad-certificate-form = यह X.509 प्रमाणपत्र नहीं है ({ $what })
bad-certificate-indefinite = इसकी लंबाई अनिश्चित रूप (BER) में लिखी है, जिसकी प्रमाणपत्रों में अनुमति नहीं है
bad-certificate-long = यह { $max } बाइट से लंबा है
bad-certificate-key = इसकी कुंजी ऐसे प्रकार की है जो समर्थित नहीं है ({ $what })
bad-certificate-curve = इसकी कुंजी में वक्र का नाम नहीं, उसके पैरामीटर लिखे हैं, जिसकी अनुमति नहीं है
bad-certificate-key-damaged = इसकी कुंजी क्षतिग्रस्त है
note-empty = { $place } में कोई प्रमाणपत्र नहीं है।
note-no-pin = { $place }: टोकन में ऐसा कोई { -pin } नहीं है जिससे इसकी कुंजी का इस्तेमाल हो सके
note-no-key = { $place }: इसकी निजी कुंजी नहीं है।
note-no-key-of = { $place }: { $subject }, निजी कुंजी नहीं है।
note-no-file = { $place }: इसकी अपनी फ़ाइल नहीं है।
note-no-reference = { $place }: इसकी कुंजी का संदर्भ नहीं है।
note-unsought = { $place }: नहीं देखा गया, क्योंकि पहले के स्थान खाली हैं और टोकन नहीं बताता कि कौन-से काम में हैं।
note-encryption = { $place }: { $subject }, केवल एन्क्रिप्शन के लिए।

## Status words (ISO 7816-4, 5.6)

sw-ok = ठीक है
sw-deactivated = फ़ाइल निष्क्रिय है
sw-verify-untold = सत्यापन विफल, शेष प्रयास नहीं बताए गए
sw-verify = सत्यापन विफल
sw-memory = मेमोरी में खराबी
sw-touch = टोकन छुआ नहीं गया, या कार्ड की कोई सुरक्षा शर्त
sw-length = लंबाई गलत
sw-channel = चैनल, सुरक्षित संदेश या शृंखला समर्थित नहीं
sw-security = सुरक्षा शर्त पूरी नहीं ({ -pin } चाहिए)
sw-blocked = { -pin } या { -puk } ब्लॉक है
sw-unusable = संदर्भ डेटा उपयोग के योग्य नहीं
sw-conditions = उपयोग की शर्तें पूरी नहीं
sw-messaging = सुरक्षित संदेश का भाग नहीं है या गलत है
sw-data = डेटा गलत
sw-function = सुविधा समर्थित नहीं
sw-not-found = फ़ाइल या एप्लिकेशन नहीं मिला
sw-full = मेमोरी पर्याप्त नहीं
sw-parameters = P1 P2 गलत
sw-reference = ऐसा { -pin }, कुंजी या डेटा नहीं है
sw-instruction = निर्देश समर्थित नहीं (या दूसरा ऐपलेट चुना हुआ है)
sw-class = क्लास समर्थित नहीं
sw-unspecified = अनिर्दिष्ट त्रुटि

## What is wrong with a signing link

link-too-long = हस्ताक्षर का लिंक बहुत लंबा है ({ $length } बाइट; अधिकतम { $limit } स्वीकार्य हैं)।
link-not-text = हस्ताक्षर के लिंक में ({ $place } में) ऐसे बाइट हैं जो टेक्स्ट नहीं हैं।
link-character = हस्ताक्षर के लिंक में ({ $place } में) छिपा हुआ या आँख को धोखा देने वाला वर्ण है ({ $code })।
link-percent = हस्ताक्षर के लिंक की एन्कोडिंग सही नहीं है: { $place } में % के बाद दो हेक्स अंक नहीं हैं।
link-place-address = उसके पते
link-address = यह हस्ताक्षर का लिंक नहीं है: { $fault }।
link-address-advice = पोर्टल के अपने पेज से हस्ताक्षर शुरू करें; उसका लिंक securesign://sign? से शुरू होता है।
link-address-scheme = यह securesign: से शुरू नहीं होता
link-address-user = इसमें उपयोगकर्ता नाम है
link-address-host = यह “sign” के बजाय कुछ और माँगता है
link-address-port = इसमें पोर्ट है
link-address-path = “sign” के बाद कुछ और लिखा है
link-address-fragment = इसमें “#” है
link-address-unreadable = इसका रूप securesign://sign?… नहीं है
link-parameters = हस्ताक्षर के लिंक में बहुत अधिक पैरामीटर हैं ({ $limit } से अधिक)।
link-twice = हस्ताक्षर के लिंक में { $name } दो बार है।
link-field-too-long = हस्ताक्षर के लिंक में { $name } बहुत लंबा है ({ $limit } बाइट से अधिक)।
link-missing = हस्ताक्षर के लिंक में { $name } नहीं है।
link-truncated = हस्ताक्षर का लिंक { $length } वर्णों के बाद कट गया, { $place }।
# The portal's developer reads the quoted words.
link-truncated-advice = पोर्टल को यह भेजें: “{ -brand } received only { $length } characters of the link, which ends { $place }. Windows passes about 2,046 characters of a link; please shorten callbackUrl. For a large document send hashBase64 without documentBase64: the visitor has the file.”
link-cut-percent = { $place } के किसी एन्कोड किए हुए वर्ण के भीतर
link-cut-name = किसी पैरामीटर के नाम में, { $name } के बाद
link-cut-value = { $name } के भीतर
link-cut-before = { $name } से पहले
link-request-id = अनुरोध की संख्या (requestId) बहुत लंबी है या उसमें ऐसे वर्ण हैं जिनकी अनुमति नहीं है।
link-hash = पोर्टल हैश एल्गोरिद्म { $found } (hashAlgo) माँग रहा है, जो समर्थित नहीं है।
link-document = पोर्टल { $found } प्रकार (documentType) के दस्तावेज़ पर हस्ताक्षर चाहता है, जो ज्ञात नहीं है।
link-base64 = हस्ताक्षर के लिंक में { $name } खराब है (वह base64 नहीं है)।
link-digest-length = जिस हैश (hashBase64) पर हस्ताक्षर होने हैं उसमें { $found } बाइट हैं, जबकि { $algorithm } में { $size } होते हैं।
link-digest-mismatch = हस्ताक्षर के लिंक का दस्तावेज़ (documentBase64) वह नहीं है जिसका हैश (hashBase64) उसमें दिया है।
link-key = पोर्टल की API कुंजी (apiKey) सही रूप में नहीं है।
link-key-shape-advice = कुछ भी नहीं भेजा गया: पोर्टल को बताएँ कि उसकी apiKey में ss_live_ या ss_test_ के बाद 1 से 256 तक सामान्य वर्ण होने चाहिए।
link-key-advice = कुछ भी नहीं भेजा गया: पोर्टल को बताएँ कि उसकी apiKey को ss_live_ या ss_test_ से शुरू होना चाहिए।
link-session = लिंक में हस्ताक्षर अनुरोध की संख्या (sessionId) सही नहीं है: उसमें 1 से 100 तक अक्षर, अंक, बिंदु, हाइफ़न और अंडरस्कोर हो सकते हैं।
link-serial = पोर्टल जो प्रमाणपत्र संख्या (certSerial) माँग रहा है, वह अधिकतम 64 अंकों की हेक्स संख्या नहीं है।
link-deceit-advice = न हस्ताक्षर हुए, न कुछ भेजा गया: इसे यहीं छोड़ दें, और यदि आपको पोर्टल पर भरोसा है तो उसे बताएँ।
link-advice = हस्ताक्षर नहीं हुए: पोर्टल के पेज से फिर कोशिश करें, और यदि फिर ऐसा हो तो पोर्टल को बताएँ: “{ $reason }”
callback-unreadable = पोर्टल का कॉलबैक पता (callbackUrl) सही रूप में नहीं है या अधूरा है।
callback-backslash = पोर्टल के कॉलबैक पते (callbackUrl) में “\” है।
callback-user = पोर्टल के कॉलबैक पते (callbackUrl) में उपयोगकर्ता नाम है, जो असली होस्ट को छिपाता है।
callback-plain = पोर्टल चाहता है कि परिणाम बिना एन्क्रिप्शन (http वाली callbackUrl) के भेजा जाए।
callback-scheme = पोर्टल चाहता है कि परिणाम { $found } (callbackUrl) को भेजा जाए, जिसकी अनुमति कभी नहीं है।
callback-host = पोर्टल के कॉलबैक पते (callbackUrl) में सही होस्ट नहीं है।
callback-local = पोर्टल के कॉलबैक पते (callbackUrl) का अर्थ यही कंप्यूटर है, पर वह localhost, 127.0.0.1 या [::1] नहीं लिखा है।
callback-planted = पोर्टल का कॉलबैक पता (callbackUrl) अपना परिणाम (ss_result) साथ लाता है।

## Requests that are refused

demo-live = डेमो टोकन केवल टेस्ट कुंजियों के लिए है, और इस लिंक में लाइव कुंजी है।
demo-live-advice = असली टोकन इस्तेमाल करें, या ss_test_ कुंजी वाला लिंक।
used = { $requester } का यह अनुरोध इस कंप्यूटर पर पहले ही इस्तेमाल हो चुका है, और हर अनुरोध केवल एक बार इस्तेमाल हो सकता है।
used-advice = पोर्टल पर लौटें और वहाँ फिर से शुरू करें।
unclaimed = यह पता नहीं लग सका कि यह अनुरोध पहले इस्तेमाल हुआ था या नहीं: { $reason }।
used-no-home = कोई होम फ़ोल्डर नहीं है
used-unusable = { $file } का उपयोग नहीं हो सकता ({ $reason })
used-damaged = { $file } खराब है; उसे हटा दें, और ऐसा कोई लिंक न खोलें जिसे आप पहले खोल चुके हैं
unclaimed-advice = उसे ठीक करें, फिर पोर्टल से दोबारा शुरू करें।
settings-broken-title = सेटिंग समझ में नहीं आईं
settings-broken = जब तक ये ठीक नहीं की जातीं, हर अनुरोध अस्वीकार होगा। आपका टोकन यहाँ फिर भी इस्तेमाल किया जा सकता है; बदली हुई फ़ाइल अगले अनुरोध से मानी जाएगी।
settings-broken-on = इनके बिना आगे बढ़ें
open-file = फ़ाइल खोलें
open-settings = सेटिंग फ़ाइल खोलें
file-unopened = किसी प्रोग्राम ने यह फ़ाइल नहीं खोली। इसे स्वयं किसी टेक्स्ट एडिटर में खोलें।
unjudged-advice = सेटिंग ठीक करें, फिर पोर्टल से दोबारा शुरू करें।
unsignable-not-yet = पोर्टल हस्ताक्षरित दस्तावेज़ में ऐसा कुछ चाहता है जो यहाँ अभी नहीं बन सकता: “{ $name }”।
unsignable-not-yet-advice = पोर्टल से कहें कि वह “{ $name }” के बिना अनुरोध भेजे। कोई हस्ताक्षर नहीं हुआ।
unsignable-value = अनुरोध में “{ $name }” का मान समझ में नहीं आया।
unsignable-value-advice = पोर्टल को बताएँ: उसके अनुरोध में ग़लती है।
unsignable-document = पोर्टल के भेजे दस्तावेज़ पर हस्ताक्षर नहीं हो सकते।
denied-origin = { $origin } को यहाँ हस्ताक्षर माँगने की अनुमति नहीं है।
denied-app-key = { $origin } के साथ आई API कुंजी किसी सूचीबद्ध पोर्टल की नहीं है।
denied-key = { $origin } के साथ आई API कुंजी उसके लिए सूची में नहीं है।
denied-test-key = { $origin } के साथ टेस्ट कुंजी आई, पर वह टेस्ट पोर्टल नहीं है।
denied-test-local = एक टेस्ट कुंजी आपके टोकन से हस्ताक्षर माँग रही है, और जवाब इसी कंप्यूटर ({ $origin }) पर जाना है।
denied-live-local = इसी कंप्यूटर के कॉलबैक ({ $origin }) के साथ लाइव API कुंजी का उपयोग हुआ।
denied-scheme = { $origin } स्कीम वाले किसी ऐप को यहाँ हस्ताक्षर माँगने की अनुमति नहीं है।
denied-test-local-advice = कुछ भी नहीं भेजा गया: केवल तभी अनुमति दें जब आप यह पोर्टल बना रहे हों।
denied-live-local-advice = कुछ भी नहीं भेजा गया: विकास के समय ss_test_ कुंजी इस्तेमाल करें।
denied-app-key-advice = कुछ भी नहीं भेजा गया: केवल तभी अनुमति दें जब आपको उस पोर्टल पर भरोसा हो जिसका यह ऐप है।
denied-test-key-advice = कुछ भी नहीं भेजा गया: केवल तभी अनुमति दें जब यह पोर्टल परीक्षण के लिए हो।
denied-key-advice = कुछ भी नहीं भेजा गया: पोर्टल से पूछें कि क्या उसकी कुंजी बदली है, और नई कुंजी को केवल तभी अनुमति दें जब वह हाँ कहे।
denied-advice = कुछ भी नहीं भेजा गया: केवल तभी अनुमति दें जब आपको भरोसा हो।
allow-portal = इस पोर्टल को अनुमति दें…
allow-title = क्या इस पोर्टल को अनुमति दें?
# $domain is the part of the address that somebody has registered.
allow-compare = यह साइट किसकी है, यह { $domain } से पता चलता है। अनुमति तभी दें जब आप यह नाम स्वयं पोर्टल से जानते हों, किसी संदेश या विज्ञापन से नहीं।
allow-compare-app = परिणाम इस कंप्यूटर के उस प्रोग्राम को मिलेगा जो { $domain } लिंक खोलता है। अनुमति तभी दें जब आपने वह प्रोग्राम इसी पोर्टल के लिए लगाया हो।
allow-means = तब आप जब भी इस साइट पर जाएँगे, यह आपसे हस्ताक्षर माँग सकेगी। हर अनुरोध पहले आपको दिखेगा, और आपके “हस्ताक्षर करें” दबाए बिना कुछ नहीं होगा। सेटिंग में इसे फिर हटाया जा सकता है।
allow-other-key = आपने इस साइट को पहले किसी दूसरी कुंजी के साथ अनुमति दी थी। पोर्टल से पूछें कि क्या उसकी कुंजी बदली है।
allow-local = परिणाम इसी कंप्यूटर पर जाएगा, जहाँ कोई भी प्रोग्राम उसे ले सकता है: अनुमति तभी दें जब आप यह पोर्टल बना रहे हों।
allow-site = साइट
allow-key = API कुंजी
allow-key-live = लाइव
allow-key-test = टेस्ट कुंजी, पोर्टल को आज़माने के लिए
allow-fingerprint = फ़िंगरप्रिंट (SHA-256)
allow-it = अनुमति दें
denied-lines =
    अनुमति देने के लिए ये पंक्तियाँ { $file } के अंत में जोड़ें (फ़ाइल न हो तो बना लें):

    { $lines }
denied-inline =
    अनुमति देने के लिए { $file } में “portal = [” के ठीक बाद यह लिखें:

    { $lines }

## The answer cannot be sent

answer-too-long = ऐप के लिए उत्तर में { $length } वर्ण हैं, और केवल { $limit } आगे भेजे जा सकते हैं।
answer-too-long-advice = कुछ भी नहीं भेजा गया: पोर्टल से कहें कि वह छोटा callbackUrl, या अपना कोई पेज इस्तेमाल करे।
answer-origin = उत्तर { $permitted } को नहीं जाता।
answer-screen-only = { $code } किसी पोर्टल को नहीं बताया जाता।
answer-advice = कुछ भी नहीं भेजा गया: पोर्टल के पेज से फिर शुरू करें।

## The settings file

settings = सेटिंग: { $what }
settings-line = सेटिंग, पंक्ति { $line }: { $what }
# $what is in the parser's words, without a full stop.
settings-syntax = { $what }।
settings-syntax-advice = इस पंक्ति को ठीक करें, या हटा दें।
settings-idle = idle_minutes = { $value } बहुत लंबा है।
settings-idle-advice = 0 (कभी नहीं) से { $most } तक लिखें।
settings-scale = scale = { $value } विंडो का आकार नहीं हो सकता।
settings-scale-advice = { $least } से { $most } तक लिखें, या इसे छोड़ दें।
settings-form = वे ऐसे लिखी गई हैं कि यह विंडो उन्हें बदल नहीं सकती।
settings-form-advice = उन्हें फ़ाइल में ही बदलें।
settings-origin = “{ $found }” https वाला origin नहीं है।
settings-origin-advice = स्कीम और होस्ट (और हो तो पोर्ट) लिखें, जैसे origin = "https://portal.example.gov.in"; localhost केवल test = true के साथ; ऐप के लिए उसकी स्कीम और कोलन, जैसे "myapp:"।
settings-key = key कोई फ़िंगरप्रिंट नहीं है।
settings-key-advice = sha256: और API कुंजी के SHA-256 के 64 हेक्स अंक लिखें, स्वयं कुंजी नहीं।
settings-scheme = “{ $found }” कभी किसी ऐप की कॉलबैक स्कीम नहीं हो सकती।
settings-scheme-advice = ऐप की अपनी स्कीम बिना कोलन के लिखें, जैसे schemes = ["myapp"]।
settings-service = “{ $found }” किसी प्रमाणीकरण सेवा का पता नहीं है।
settings-service-advice = बिना प्रश्न-चिह्न वाला https पता लिखें, जैसे https://example.in।

## Settings, journal and about

settings-title = सेटिंग
settings-unchanged = सेटिंग नहीं बदली गईं। { $reason }
as-system = सिस्टम के अनुसार
setting-idle = सही { -pin } कितनी देर याद रखें
never = कभी नहीं
minutes = { $minutes } मिनट
setting-language = भाषा
setting-theme = थीम
theme-light = हल्की
theme-dark = गहरी
setting-scale = आकार
portals = ये पोर्टल हस्ताक्षर माँग सकते हैं
portals-none = अभी किसी पोर्टल को अनुमति नहीं है
# A row of the portals.
setting-service = वे पोर्टल, जिन्हें प्रमाणीकरण सेवा अनुमति देती है
setting-service-at = { $service } · सेटिंग फ़ाइल में दिया गया
portal-key-starts = कुंजी sha256:{ $key }…
portal-test = टेस्ट
portal-allow = पोर्टल को अनुमति दें
portal-allow-title = पोर्टल को अनुमति दें
portal-allow-text = पोर्टल आपको अपना पता और अपनी API कुंजी बताता है। केवल जाने-पहचाने पोर्टल को अनुमति दें: तब वह आपसे हस्ताक्षर माँग सकेगा।
portal-allow-easier = इन्हें लिखना ज़रूरी नहीं: पोर्टल पर हस्ताक्षर शुरू करें, और यहाँ अस्वीकार होने पर “इस पोर्टल को अनुमति दें…” दबाएँ।
portal-address = पोर्टल का पता
portal-api-key = API कुंजी
portal-allow-it = अनुमति दें
portal-origin = यह किसी पोर्टल का पता नहीं है। उसे https://portal.example.gov.in की तरह लिखें, बिना किसी पेज के।
portal-key = यह API कुंजी नहीं है। उसे पोर्टल से माँगें; वह ss_live_ या ss_test_ से शुरू होती है।
portal-remove-title = क्या यह पोर्टल हटाएँ?
portal-remove-text = इसके बाद { $origin } आपसे हस्ताक्षर नहीं माँग सकेगा।
portal-remove-advice = उसे फिर अनुमति देने के लिए उसकी API कुंजी चाहिए होगी।
journal = रिकॉर्ड
journal-reading = पढ़ा जा रहा है …
journal-unreadable = रिकॉर्ड पढ़ा नहीं जा सका: { $reason }
journal-empty = इस कंप्यूटर पर अभी तक कोई हस्ताक्षर नहीं हुआ।
journal-whole =
    { $count ->
        [one] { $count } प्रविष्टि, बदली नहीं गई।
       *[other] { $count } प्रविष्टियाँ, कोई बदली नहीं गई।
    }
journal-signed = हस्ताक्षर हुआ
# How a request ended, in a few words: the code stands beside it.
outcome-cancelled = आपने रद्द किया
outcome-pin-invalid = पिन गलत था
outcome-pin-blocked = पिन ब्लॉक है
outcome-token-not-found = कोई टोकन नहीं मिला
outcome-domain-not-allowed = इस पोर्टल को अनुमति नहीं है
outcome-api-key-invalid = पोर्टल की कुंजी मान्य नहीं है
outcome-session-expired = अनुरोध का समय समाप्त हो गया
outcome-not-installed = SecureSign इंस्टॉल नहीं है
outcome-not-running = SecureSign नहीं चल रहा है
outcome-request-invalid = अनुरोध मान्य नहीं था
outcome-cert-not-found = कोई उपयुक्त प्रमाणपत्र नहीं
outcome-cert-expired = प्रमाणपत्र की वैधता समाप्त हो गई है
outcome-token-unsupported = यह टोकन समर्थित नहीं है
outcome-token-removed = टोकन निकाल लिया गया
outcome-unreachable = सेवा तक पहुँचा नहीं जा सका
outcome-limited = सेवा से बहुत बार पूछा गया
outcome-internal = SecureSign में गड़बड़ी हुई
journal-line-unreadable = रिकॉर्ड की प्रविष्टि { $number } पढ़ी नहीं जा सकी।
journal-line-altered = रिकॉर्ड की प्रविष्टि { $number } बदली गई है।
journal-line-missing = रिकॉर्ड की प्रविष्टि { $number } पिछली प्रविष्टि के बाद की नहीं है: प्रविष्टियाँ हटाई गईं या उनका क्रम बदला गया।
journal-cut = रिकॉर्ड प्रविष्टि { $number } से पहले समाप्त होता है: अंत से प्रविष्टियाँ हटाई गईं।
journal-fault-advice = उससे पहले की प्रविष्टियाँ सही हैं। बाकी को अपनी निर्यात की हुई प्रति से मिलाएँ।
journal-unrecorded = अनुरोध { $request } रिकॉर्ड में नहीं लिखा जा सका, और बाद में भी नहीं जोड़ा जाएगा: { $reason }
own-no-folder = { $path } फ़ोल्डर नहीं है, या केवल एक लिंक है
own-no-file = { $path } फ़ाइल नहीं है, या केवल एक लिंक है
own-foreign = { $path } किसी दूसरे उपयोगकर्ता का है
own-busy = किसी दूसरे प्रोग्राम ने फ़ाइल को लॉक कर रखा है
own-reason = { $what }। { $advice }
own-busy-advice = यदि ऐसा ही रहे, तो पता करें कि वह कौन-सा प्रोग्राम है, और उसे बंद करें।
own-full-advice = डिस्क पर जगह बनाएँ।
own-rights-advice = फ़ाइल और उसके फ़ोल्डर के अधिकार जाँचें।
own-place-advice = उसे वहाँ से हटाएँ: { -brand } वहाँ अपनी ही फ़ाइल और फ़ोल्डर बनाता है।
own-other-advice = डिस्क और फ़ोल्डर जाँचें।
diagnostics = जाँच रिपोर्ट
diagnostics-title = समस्या बताते समय क्या भेजें
diagnostics-gathering = इस कंप्यूटर की जाँच हो रही है …
diagnostics-text = ठीक यही सहेजा जाता है; भेजने से पहले इसे पढ़ लें। इसमें कोई { -pin } नहीं है। इसमें आपके रीडर और टोकन के नाम हैं।
diagnostics-save = जाँच रिपोर्ट सहेजें
diagnostics-unsaved = रिपोर्ट सहेजी नहीं जा सकी: { $reason }
journal-exported = { $file } में प्रति बनाई गई।
journal-unexported = रिकॉर्ड की प्रति नहीं बन सकी: { $reason } टर्मिनल में securesign journal export FILE से आप चुन सकते हैं कि प्रति कहाँ बने।
journal-verified =
    { $count ->
        [one] रिकॉर्ड सही है: { $count } प्रविष्टि, जो बदली नहीं गई।
       *[other] रिकॉर्ड सही है: { $count } प्रविष्टियाँ, न कोई बदली गई, न हटाई गई।
    }
journal-chain = उसकी अंतिम कड़ी: { $chain }
journal-request = अनुरोध { $request }
journal-serial = { $subject }, क्रम संख्या { $serial }
journal-nothing = इस कंप्यूटर पर अभी तक कोई हस्ताक्षर नहीं हुआ, इसलिए निर्यात करने को कुछ नहीं है।
journal-no-folder = { $folder } नाम का कोई फ़ोल्डर नहीं है। नाम जाँचें, या उसे बनाएँ।
journal-not-copied = रिकॉर्ड की प्रति नहीं बन सकी: { $reason }
file-exists = { $file } पहले से है। कोई दूसरी फ़ाइल बताएँ।
about = परिचय
about-title = { -brand } डेस्कटॉप
about-what = आपके USB टोकन के प्रमाणपत्र से हस्ताक्षर करता है, बिना निर्माता के ड्राइवर के।
about-pin = आपका { -pin } केवल टोकन को जाता है, और कहीं नहीं। निजी कुंजियाँ टोकन से बाहर नहीं आतीं।
about-version = संस्करण
about-help = मदद, टर्मिनल में
about-licence = लाइसेंस
about-licences = MIT या Apache-2.0, जो आप चाहें

## दस्तावेज़

document-not-pdf = यह PDF नहीं है। केवल PDF फ़ाइलों पर हस्ताक्षर हो सकते हैं।
document-junk = PDF की शुरुआत से पहले कुछ और लिखा है। इसे नई PDF में प्रिंट करें और उस पर हस्ताक्षर करें।
document-damaged = PDF खराब है: { $damage }। इसे किसी PDF प्रोग्राम में खोलें, नई फ़ाइल के रूप में सहेजें और उस पर हस्ताक्षर करें।
document-too-large = दस्तावेज़ 256 MB से बड़ा है। छोटी प्रति सहेजें और उस पर हस्ताक्षर करें।
document-encrypted = PDF पासवर्ड से सुरक्षित है। बिना सुरक्षा वाली प्रति सहेजें और उस पर हस्ताक्षर करें।
document-xfa = यह PDF एक XFA फ़ॉर्म है, जिस पर यहाँ हस्ताक्षर नहीं हो सकते। इसे नई PDF में प्रिंट करें और उस पर हस्ताक्षर करें।
document-no-page = PDF में कोई पृष्ठ नहीं है। भेजने वाले से पूरी प्रति माँगें।
document-page = PDF में पृष्ठ { $page } नहीं है: उसमें { $pages } पृष्ठ हैं। कोई और पृष्ठ बताएँ।
document-certified = PDF के लेखक ने उसमें और हस्ताक्षर की अनुमति नहीं दी है। ऐसी प्रति माँगें जिस पर हस्ताक्षर हो सकें।
document-certified-visible = PDF के लेखक ने उसमें नए दिखने वाले हस्ताक्षर की अनुमति नहीं दी है। बिना दिखने वाले हस्ताक्षर के हस्ताक्षर करें।
document-locked = पहले के एक हस्ताक्षर ने PDF को आगे के हस्ताक्षरों के लिए बंद कर दिया है। ऐसी प्रति माँगें जिस पर हस्ताक्षर हो सकें।
document-no-field = PDF में “{ $field }” नाम की कोई खाली हस्ताक्षर फ़ील्ड नहीं है। फ़ील्ड न बताएँ, या दूसरी बताएँ।
document-demands = हस्ताक्षर फ़ील्ड “{ $field }” ऐसा हस्ताक्षर माँगती है जो यहाँ नहीं बन सकता। फ़ील्ड के बाहर हस्ताक्षर करें।
document-place = दिखने वाला हस्ताक्षर पृष्ठ पर नहीं आता, या 20 पॉइंट से छोटा है। कोई और जगह चुनें।
document-stamp = दिखने वाला हस्ताक्षर बनाया नहीं जा सकता: { $fault }। उसे बदलें, या उसके बिना हस्ताक्षर करें।
stamp-letter = इस कंप्यूटर के किसी फ़ॉन्ट में “{ $letter }” अक्षर नहीं है
stamp-crowded = उसमें अपने शब्दों के लिए जगह नहीं है
stamp-logo = लोगो की फ़ाइल पढ़ी नहीं जा सकती, या वह बहुत बड़ी है
stamp-qr = क्यूआर कोड का पाठ बहुत लंबा है
stamp-signed-by = डिजिटल हस्ताक्षरकर्ता
stamp-certificate = प्रमाणपत्र इनका:
stamp-date = दिनांक:
stamp-reason = कारण:
stamp-location = स्थान:
stamp-serial = क्रम संख्या:
time-stamp-address = { $address } किसी समय-मोहर प्राधिकरण का पता नहीं है: पता http:// या https:// से शुरू होता है और उसमें कोई उपयोगकर्ता नाम नहीं होता।
time-stamp-missing = { $address } से समय-मोहर नहीं मिली: { $reason }। फिर कोशिश करें, या उसके बिना हस्ताक्षर करें।
time-stamp-imprint = समय-मोहर किसी और चीज़ की है
time-stamp-wrong = समय-मोहर का हस्ताक्षर ग़लत है
time-stamp-usage = समय-मोहर का प्रमाणपत्र इस काम के लिए नहीं है
time-stamp-nonce = उसने किसी और प्रश्न का उत्तर दिया
time-stamp-clock = उसका समय इस कंप्यूटर के समय से दस मिनट से अधिक अलग है
time-stamp-refused = प्राधिकरण ने मना किया
time-stamp-unreadable = उसने जो भेजा वह समझ में नहीं आया
document-xml = इस XML दस्तावेज़ पर हस्ताक्षर नहीं हो सकते: { $fault }। इसे बनाने वाले से इसका दूसरा रूप माँगें।
xml-ill-formed = उसकी रचना सही नहीं है
xml-doctype = उसमें दस्तावेज़ का प्रकार बताया गया है, जिससे अलग-अलग प्रोग्राम उसमें अलग बातें पढ़ सकते हैं
xml-encoding = वह UTF-8 में नहीं है
xml-version = वह XML 1.0 नहीं है
xml-deep = उसके अंश एक-दूसरे के भीतर बहुत गहरे हैं
xml-reference = जिस Id का उल्लेख है वह ठीक एक अंश की नहीं है
xml-id = हस्ताक्षर की Id कोई नाम नहीं है, या उसमें पहले से है
document-outdated = प्रमाणपत्र अभी मान्य नहीं है। दूसरा प्रमाणपत्र लें।
document-usage = यह प्रमाणपत्र हस्ताक्षर के लिए नहीं है। दूसरा प्रमाणपत्र लें।
document-key = इस प्रमाणपत्र की कुंजी से दस्तावेज़ों पर हस्ताक्षर नहीं हो सकते। दूसरा प्रमाणपत्र लें।
document-bad-signature = टोकन ने गलत हस्ताक्षर दिया। कुछ भी नहीं लिखा गया; फिर कोशिश करें।
document-unsound = हस्ताक्षरित दस्तावेज़ अपनी ही जाँच में सही नहीं निकला। कुछ भी नहीं लिखा गया; इसकी सूचना दें।
damage-unreadable = उसे पढ़ा नहीं जा सकता
damage-references = उसकी संदर्भ-सूची उसके भागों तक नहीं ले जाती
damage-updates = उसके बदलाव एक-दूसरे के क्रम में नहीं हैं
damage-object = उसका एक भाग पढ़ा नहीं जा सकता
damage-form = उसका फ़ॉर्म पढ़ा नहीं जा सकता
fault-changed = हस्ताक्षर के बाद दस्तावेज़ बदला गया
fault-wrong = हस्ताक्षर अपने प्रमाणपत्र का नहीं है
fault-exchanged = प्रमाणपत्र बदल दिया गया
fault-no-certificate = हस्ताक्षर करने वाले का प्रमाणपत्र उसमें नहीं है
fault-unreadable = इस तरह के हस्ताक्षर की जाँच यहाँ नहीं हो सकती

verify-none = उसमें कोई हस्ताक्षर नहीं है।
verify-bad = अमान्य: { $fault }।
verify-added = अंतिम हस्ताक्षर के बाद कुछ जोड़ा गया है, और उस पर किसी ने हस्ताक्षर नहीं किया है।
verify-sound = हस्ताक्षर के बाद से नहीं बदला।
verify-signature = फ़ील्ड “{ $field }” में हस्ताक्षर: { $word }
verify-by = हस्ताक्षरकर्ता { $subject }; प्रमाणपत्र के अनुसार उसे { $issuer } ने जारी किया है
verify-trusted = यहाँ विश्वसनीय, { $root } के अधीन (SHA-256 { $fingerprint }); यह रद्द हुआ या नहीं, नहीं पूछा गया
verify-untrusted = विश्वसनीय नहीं: { $doubt }
verify-doubtful = यह किसका है, निश्चित नहीं: { $doubt }।
verify-changed = हस्ताक्षर के बाद बदला गया: हो सकता है कि अब वह न दिखे जिस पर हस्ताक्षर हुए थे।
verify-elements = जिस भाग पर हस्ताक्षर हैं वह नहीं बदला; हस्ताक्षर पूरे दस्तावेज़ पर नहीं हैं।
verify-stamp = समय { $time }, { $authority } की समय-मोहर से
verify-stamp-bad = समय-मोहर अमान्य है: { $fault }।
doubt-outdated = प्रमाणपत्र उस समय मान्य नहीं था
doubt-usage = प्रमाणपत्र हस्ताक्षर के लिए नहीं है
doubt-no-path = यहाँ जिन पर विश्वास है उनमें से किसी ने प्रमाणपत्र जारी नहीं किया
change-proof = ऐसा कुछ नहीं जोड़ा गया जो दिखता हो।
change-filled = और हस्ताक्षर जोड़े गए, या फ़ील्ड भरे गए।
change-annotated = उसके पृष्ठों पर टिप्पणियाँ लगाई गईं।
change-other = जो दिखता है वह बदला गया।
verify-time = समय { $time }, हस्ताक्षरकर्ता की अपनी घड़ी से
verify-reason = बताया गया कारण: { $reason }
verify-location = बताया गया स्थान: { $location }
verify-part = यह { $size } में से पहले { $covers } बाइट पर है; बाकी बाद में आया।
verify-earlier = जिस भाग पर यह है वह नहीं बदला; बाद में कुछ जोड़ा गया।
verify-several = सभी हस्ताक्षर सही हैं। किसी हस्ताक्षर के बाद जो जोड़ा गया, उस पर केवल बाद के हस्ताक्षर हैं।

# securesign verify --result
verify-valid = मान्य: जो माँगा गया था उसी पर हस्ताक्षर है, और प्रमाणपत्र सही था।
verify-invalid = मान्य नहीं:
verify-signed-by = हस्ताक्षर { $subject } का है, जिसका प्रमाणपत्र { $issuer } ने जारी किया
verify-judged-at = प्रमाणपत्र { $time } के समय के हिसाब से जाँचा गया
verify-revocation-unchecked = प्रमाणपत्र रद्द हुआ है या नहीं, यह नहीं जाँचा गया: कोई रद्दीकरण सूची (--crl) नहीं दी गई
verify-failed = कोई हस्ताक्षर नहीं हुआ; परिणाम में { $code } लिखा है।
verify-no-result = फ़ाइल में किसी हस्ताक्षर का परिणाम नहीं है। JSON, ss_result का मान, या लौटा हुआ पूरा पता दें।
verify-no-certificate = परिणाम में प्रमाणपत्र नहीं है। हस्ताक्षर करने वाले का प्रमाणपत्र --certificate से दें।
verify-certificate-no-pem = प्रमाणपत्र PEM में नहीं है।
verify-certificate-unreadable = प्रमाणपत्र पढ़ा नहीं जा सका: { $reason }।
verify-no-digest = यह SHA-256, SHA-384 या SHA-512 नहीं है। डाइजेस्ट 64, 96 या 128 हेक्स अंकों में दें, और --hash-algo में SHA256, SHA384 या SHA512 लिखें।
verify-no-time = यह समय सही नहीं है। इसे इस तरह लिखें: 2026-06-22T11:00:00Z।
verify-no-pem = { $file } में वह नहीं है जो PEM में होना चाहिए।
verify-no-text = { $file } में टेक्स्ट नहीं है।
problem-other-request = परिणाम किसी दूसरे अनुरोध का है
problem-no-signature = यह इस दस्तावेज़ पर किया गया हस्ताक्षर नहीं है
problem-key-usage = प्रमाणपत्र हस्ताक्षर के लिए नहीं है (key usage)
problem-authority = प्रमाणपत्र स्वयं किसी प्रमाणन प्राधिकारी का है
problem-short-key = RSA कुंजी 2048 बिट से छोटी है
problem-pss-key = कुंजी RSASSA-PSS के लिए है, जिसका परिणामों में कोई नाम नहीं है
problem-no-authority = कोई प्राधिकारी (--ca) नहीं बताया गया, इसलिए प्रमाणपत्र की पुष्टि करने वाला कोई नहीं है
problem-unknown-issuer = प्रमाणपत्र बताए गए किसी प्राधिकारी ने जारी नहीं किया
problem-expired = शृंखला के किसी प्रमाणपत्र की अवधि समाप्त हो चुकी थी
problem-not-yet-valid = शृंखला का कोई प्रमाणपत्र अभी मान्य नहीं हुआ था
problem-extended-key-usage = प्रमाणपत्र दस्तावेज़ों के लिए नहीं है (extended key usage)
problem-critical-extension = प्रमाणपत्र में ऐसा अनिवार्य विस्तार है जिसे यह प्रोग्राम नहीं जानता
problem-chain-signature = शृंखला का कोई हस्ताक्षर ग़लत है
problem-algorithm = शृंखला में ऐसा एल्गोरिद्म है जो स्वीकार नहीं किया जाता
problem-revoked = प्रमाणपत्र रद्द किया जा चुका है
problem-no-list = कोई रद्दीकरण सूची इस प्रमाणपत्र के बारे में नहीं बताती
problem-old-list = रद्दीकरण सूची पुरानी हो चुकी है
problem-foreign-list = रद्दीकरण सूची उसके प्राधिकारी की नहीं है
problem-unreadable = कोई प्रमाणपत्र या रद्दीकरण सूची पढ़ी नहीं जा सकी

sign-file-document = { $file }: PDF, { $pages ->
        [one] एक पृष्ठ
       *[other] { $pages } पृष्ठ
    }, { $size } बाइट, SHA-256 { $digest }
sign-file-xml = { $file }: XML, { $size } बाइट, SHA-256 { $digest }
sign-file-xml-options = फ़ील्ड, कारण और स्थान केवल PDF फ़ाइलों के लिए हैं। XML पर उनके बिना हस्ताक्षर करें।
sign-file-xml-curve = ! भारत के कुछ पोर्टल XML पर RSA कुंजी से हस्ताक्षर चाहते हैं; यह कुंजी कर्व वाली है।
sign-file-earlier = { $count ->
        [one] इसमें एक हस्ताक्षर है, जो जैसा है वैसा ही रहेगा।
       *[other] इसमें { $count } हस्ताक्षर हैं, जो जैसे हैं वैसे ही रहेंगे।
    }
sign-file-earlier-bad = ! पहले का एक हस्ताक्षर: { $fault }।
sign-file-fields = इसमें ये खाली हस्ताक्षर फ़ील्ड हैं, जिन्हें --field भरता है: { $fields }
sign-file-not-drawn = दस्तावेज़ यहाँ दिखाए नहीं जाते: पहले उन्हें किसी PDF रीडर में देख लें। जो अभी पढ़ा गया, उसी पर हस्ताक्षर होंगे।
sign-file-with = हस्ताक्षरकर्ता: { $certificate }
sign-file-certificate = { $subject }, जारीकर्ता { $issuer }, { $until } तक मान्य
sign-file-unusable = { $subject }: { $reason }
sign-file-no-certificate = ऐसा कोई टोकन नहीं मिला जिसके प्रमाणपत्र से हस्ताक्षर हो सकें। अपना टोकन लगाएँ, और “securesign tokens” देखें।
sign-file-no-chain = { $file } में कोई प्रमाणपत्र नहीं है।
sign-file-signed = { $file }: हस्ताक्षर हो गए, { $signed }
sign-file-unsigned = { $file }: हस्ताक्षर नहीं हुए। { $reason }
sign-file-unwritten = हस्ताक्षरित दस्तावेज़ लिखा नहीं जा सका: { $reason }।

## The command line

instance-waiting = { -brand } खुला है: यह अनुरोध वहाँ क्रमांक { $place } पर प्रतीक्षा में है।
instance-there = { -brand } के पास यह अनुरोध पहले से है: उसकी विंडो देखें।
instance-full = { -brand } में पहले से { $count } अनुरोध प्रतीक्षा में हैं। उसकी विंडो में एक का उत्तर दें, फिर लिंक दोबारा खोलें।
instance-refused = { -brand } ने यह लिंक अस्वीकार किया। कारण उसकी विंडो में है।
refusal = अस्वीकृत ({ $code }): { $what } { $advice }
terminal-waiting = प्रतीक्षा हो रही है। रद्द करने के लिए Ctrl-C दबाएँ।
terminal-not-offered = इस टोकन पर अभी यह नहीं हो सकता: उसके शेष प्रयास देखें।
terminal-hangs = कार्ड रीडर उत्तर नहीं दे रहा है। टोकन निकालें और फिर शुरू करें।
terminal-unlock = क्या इसे अभी अनलॉक करें?
terminal-unlock-how = अनलॉक करने के लिए: { $command }
terminal-last-try-kept = अंतिम प्रयास नहीं किया गया: कुछ भी नहीं भेजा गया।
terminal-go-on = क्या आगे बढ़ें?
terminal-unconfirmed = कुछ भी नहीं भेजा गया। बिना पूछे आगे बढ़ने के लिए: --unconfirmed
terminal-which-token = कई टोकन लगे हैं और यह नहीं बताया गया कि कौन-सा चाहिए। --reader से उसके रीडर का नाम दें।
terminal-which-application = कौन-सा एप्लिकेशन चाहिए? टोकन में ये हैं: { $names }। --application से उसका नाम दें।
terminal-which-pin = कौन-सा { -pin } चाहिए? टोकन में ये हैं: { $names }। --which से उसका नाम दें।
terminal-try-again = फिर कोशिश करें?
terminal-this-one-too = क्या इस पर भी हस्ताक्षर करें?
terminal-nothing-sent = { $reason } न कुछ भेजा गया, न कॉलबैक हुआ।
terminal-number = प्रमाणपत्र की संख्या [{ $preset }]:
terminal-no-such-number = चुनने के लिए ऐसा कोई प्रमाणपत्र नहीं है।
terminal-token-number = टोकन की संख्या [{ $preset }]:
terminal-no-such-token = चुनने के लिए ऐसा कोई टोकन नहीं है।
terminal-unusable = इस्तेमाल नहीं हो सकता: { $reason }
# Answered with the letter y.
terminal-question = { $question } (हाँ के लिए y) [y/N]
terminal-other-way = { $label }?
terminal-secret = { $secret } (रद्द करने के लिए एंटर):
terminal-dropped = इस प्रश्न से पहले जो लिखा गया था, उसे हटा दिया गया।
terminal-link-dropped = यहाँ लिंक उत्तर नहीं हो सकता: उसे हटा दिया गया। उत्तर देने के बाद लिंक फिर से दें।
terminal-links-left =
    { $count ->
        [one] { $count } और लिंक नहीं खोला गया।
       *[other] { $count } और लिंक नहीं खोले गए।
    }
terminal-given-up = रद्द किया गया।
terminal-silent = टर्मिनल से पूछा नहीं जा सका: { $reason }।
secret-used = { $option } वाला { $secret } एक बार इस्तेमाल हो चुका है, उसे दोबारा नहीं भेजा जाएगा।
secret-nobody = { $secret } पूछने के लिए कोई टर्मिनल नहीं है। उसे { $option } से दें (- का अर्थ है मानक इनपुट)।
secret-empty = रद्द किया गया: { $secret } खाली रखा गया।
secret-unreadable = { $file } पढ़ी नहीं जा सकी: { $reason }। उसका नाम और अनुमतियाँ जाँचें।
secret-both = लिंक और गोपनीय कोड दोनों मानक इनपुट से नहीं आ सकते। { -pin } को एक फ़ाइल में रखें।
no-memory = सिस्टम के पास { -pin } के लिए मेमोरी नहीं है। दूसरे प्रोग्राम बंद करें और फिर कोशिश करें।
no-link = मानक इनपुट में कोई लिंक नहीं है।
one-document = --document एक ही लिंक के साथ चलता है, मानक इनपुट के लिंकों के साथ नहीं।
file-unreadable = { $file } पढ़ी नहीं जा सकी: { $reason }।
settings-unreadable = { $file } पढ़ी नहीं जा सकी: { $reason }। उसकी अनुमतियाँ जाँचें।
settings-not-understood = { $file } समझ में नहीं आई: { $reason }
reader-none = “{ $name }” नाम का कोई रीडर नहीं है। जुड़े हुए: { $readers }।
reader-many = “{ $name }” नाम के एक से अधिक रीडर हैं। जुड़े हुए: { $readers }।
no-window = इस बिल्ड में विंडो नहीं है। { $instead } इस्तेमाल करें (देखें securesign --help)।
no-readers = कोई रीडर नहीं जुड़ा है। अपना टोकन लगाएँ; यदि लगा है, तो securesign doctor चलाएँ।
no-unlock = यह टोकन अनलॉक नहीं किया जा सकता: { $missing }।
no-unlock-of = इस टोकन का { $pin } अनलॉक नहीं किया जा सकता: { $missing }।
no-change = इस टोकन का { $pin } बदला नहीं जा सकता।
no-change-because = इस टोकन का { $pin } बदला नहीं जा सकता: { $missing }।
no-usable-token = इस्तेमाल के योग्य कोई टोकन नहीं मिला।
reader-hangs = कार्ड रीडर उत्तर नहीं दे रहा है। टोकन निकालकर फिर लगाएँ।
output-closed = मानक आउटपुट पर लिखा नहीं जा सका: { $reason }।
display-unreachable = डिस्प्ले नहीं खुला, इसलिए कोई विंडो नहीं है: { $reason }। कुछ भी नहीं भेजा गया, और यह अनुरोध फिर से खोला जा सकता है। { -brand } को डेस्कटॉप सत्र से शुरू करें, या कमांड लाइन इस्तेमाल करें।
no-display = विंडो खोलने के लिए कोई डिस्प्ले नहीं है। { -brand } को डेस्कटॉप सत्र से शुरू करें, या कमांड लाइन इस्तेमाल करें।
window-missing = { -brand } का एक हिस्सा नहीं मिला, इसलिए कोई विंडो नहीं है: { $file }। कुछ भी नहीं भेजा गया, और यह अनुरोध फिर से खोला जा सकता है। { -brand } फिर से इंस्टॉल करें, या कमांड लाइन इस्तेमाल करें।
window-unstarted = { $file } शुरू नहीं हो सकी, इसलिए कोई विंडो नहीं है: { $reason }। कुछ भी नहीं भेजा गया, और यह अनुरोध फिर से खोला जा सकता है। { -brand } फिर से इंस्टॉल करें, या कमांड लाइन इस्तेमाल करें।
window-only = यह प्रोग्राम केवल विंडो दिखाता है। बाकी सब के लिए securesign इस्तेमाल करें।
window-failed = विंडो नहीं खुल सकी ({ $reason })। डेस्कटॉप पर फिर से साइन इन करें, या कमांड लाइन इस्तेमाल करें।

## What tokens and pin status print

report-empty = खाली
report-unsupported = समर्थित नहीं: { $name }
report-unsupported-unknown = समर्थित नहीं: अज्ञात
report-help = यह आगे चलकर यहाँ काम करे, इसके लिए इस ATR के साथ, या उसके अपने सॉफ़्टवेयर की रिकॉर्डिंग के साथ (securesign learn --help), बताएँ कि यह कौन-सा टोकन है।
report-atr = ATR (रीसेट का उत्तर): { $atr }
report-token = { $label } ({ $family })
report-serial = { $token }, क्रम संख्या { $serial }
report-pin = { $pin }: { $status }, शेष प्रयास: { $tries }
report-pin-blocked = { $pin }: { $status }, शेष प्रयास: { $tries } (अनलॉक करने के लिए: { $command })
report-puk = { $puk } के शेष प्रयास: { $tries }
report-puk-of = { $pin } के { $puk } के शेष प्रयास: { $tries }
report-certificate = { $place }: { $subject } [{ $key }]
report-issued = जारीकर्ता { $issuer }, क्रम संख्या { $serial }, { $until }
report-until = { $date } तक मान्य
report-endless = समाप्ति की तारीख नहीं है
report-expired = { $date } को समाप्त हो गया
report-not-before = { $date } से पहले मान्य नहीं
report-issued-not-for-signatures = जारीकर्ता { $issuer }, क्रम संख्या { $serial }, { $until }, हस्ताक्षर के लिए नहीं

## learn

learn-pin = रिकॉर्डिंग के समय लिखा गया { -pin } (कोई नहीं लिखा गया था तो खाली रखें):
learn-further = लिखा गया कोई और { -pin } या PUK (और नहीं है तो खाली रखें):
learn-nobody = रिकॉर्डिंग के समय लिखा गया { -pin } पूछने के लिए कोई टर्मिनल नहीं है। उसे --pin-file से दें (- का अर्थ है मानक इनपुट), या --no-pin लिखें।
learn-kind = { $file } ऐसी रिकॉर्डिंग नहीं है जो पढ़ी जा सके। वह pcsc-spy या pcscd --apdu का लॉग हो, या USB का कैप्चर (pcapng या pcap)।
learn-link = { $file } USB का कैप्चर नहीं है (लिंक का प्रकार { $link })। Linux पर usbmon या Windows पर USBPcap से कैप्चर करें।
learn-silent = { $file } में किसी स्मार्ट कार्ड से बात नहीं हुई। यदि यह USB का कैप्चर है, तो हो सकता है कि टोकन स्मार्ट कार्ड रीडर (CCID) न हो; अन्यथा जब टोकन का अपना सॉफ़्टवेयर हस्ताक्षर करे, तब फिर से रिकॉर्ड करें।
learn-too-much = { $file } में इतना कुछ है कि उसमें गोपनीय बातों की पूरी खोज नहीं हो सकती: अलग-अलग { -pin }, फ़ाइलें या प्रमाणपत्र बहुत अधिक हैं। इसलिए उसमें से कुछ नहीं दिखाया गया और कुछ नहीं लिखा गया। एक लॉगिन और एक हस्ताक्षर के साथ फिर से रिकॉर्ड करें।
learn-unwritten = { $file } लिखी नहीं जा सकी: { $reason }
learn-written = जो पता चला, वह { $file } में है, जैसा यहाँ छपा है। भेजने से पहले उसे पूरा पढ़ें: उसमें न { -pin } होना चाहिए, न कुछ और जो आप अपने तक रखना चाहें।
learn-guarded = कोई { -pin } नहीं दिया गया, इसलिए केवल वे आदेश पहचाने गए जो { -pin } के लिए ही बने हैं। जो आदेश किसी मानक में नहीं हैं, उनकी केवल लंबाई दिखाई गई है।

## What doctor finds. A reader's or program's name stands in it as the system tells it.

doctor-ok = ठीक
doctor-missing = कमी
doctor-service = स्मार्ट कार्ड सेवा
doctor-service-answers = स्मार्ट कार्ड सेवा (PC/SC) उत्तर देती है
doctor-no-reader = कोई कार्ड रीडर या USB टोकन नहीं जुड़ा है
doctor-no-reader-advice = उसे लगाएँ। यदि लगा है, तो उसके रीडर को CCID ड्राइवर चाहिए (Debian और Ubuntu पर: sudo apt install libccid)।
doctor-reader-empty = रीडर { $reader }, खाली
doctor-token = { $reader } में टोकन, ATR (रीसेट का उत्तर) { $atr }
doctor-unsupported = { $reader } में लगा टोकन समर्थित नहीं है: { $name }; ATR (रीसेट का उत्तर) { $atr }
doctor-unsupported-unknown = { $reader } में लगा टोकन समर्थित नहीं है और पहचाना नहीं गया; ATR (रीसेट का उत्तर) { $atr }
doctor-memory = { -pin } की मेमोरी लॉक हो सकती है
doctor-memory-open = { -pin } की मेमोरी लॉक नहीं हो सकती, इसलिए वह स्वैप में लिखी जा सकती है
doctor-memory-open-advice = लॉक की जाने वाली मेमोरी की सीमा (ulimit -l) कम से कम 64 kB करें।
doctor-sleep = कंप्यूटर का सोना और स्क्रीन लॉक पहचाने जाते हैं, और याद रखा { -pin } लॉक हो जाता है
doctor-sleep-unseen = कंप्यूटर के सोने और स्क्रीन लॉक पर ध्यान रखा जाता है, और याद रखा { -pin } लॉक हो जाता है; असली Windows पर यह अब तक किसी ने नहीं देखा है
doctor-no-sleep = कंप्यूटर का सोना और स्क्रीन लॉक पहचाने नहीं जाते: याद रखा { -pin } केवल समय से या हाथ से लॉक होता है
doctor-no-sleep-advice = D-Bus वाले डेस्कटॉप पर साइन इन करें, या सेटिंग में [session] के नीचे idle_minutes = 0 लिखें।
doctor-no-sleep-yet = इस सिस्टम पर कंप्यूटर का सोना और स्क्रीन लॉक अभी पहचाने नहीं जाते: याद रखा { -pin } केवल समय से या हाथ से लॉक होता है
doctor-no-sleep-yet-advice = यदि यह पर्याप्त न हो, तो सेटिंग में [session] के नीचे idle_minutes = 0 लिखें।
doctor-links-ours = securesign:// लिंक यही प्रोग्राम खोलता है
doctor-links-copy = securesign:// लिंक दूसरा या पुराना { -brand } खोलता है ({ $place })
doctor-links-copy-advice = लिंक इसी प्रोग्राम में खोलने के लिए: securesign register
doctor-links-other = securesign:// लिंक दूसरा प्रोग्राम खोलता है: { $program }
doctor-links-other-advice = पोर्टल आपसे जिस पर हस्ताक्षर माँगते हैं, वह उसे दिखता है। यदि आपने उसे नहीं चुना: securesign register
doctor-links-nobody = securesign:// लिंक कोई प्रोग्राम नहीं खोलता
doctor-links-nobody-advice = लिंक इस प्रोग्राम में खोलने के लिए: securesign register
doctor-links-unasked = यह पता नहीं किया जा सका कि securesign:// लिंक कौन-सा प्रोग्राम खोलता है
doctor-links-unknown = यहाँ यह पता नहीं किया जा सकता कि securesign:// लिंक कौन-सा प्रोग्राम खोलता है
doctor-links-unknown-advice = कोई लिंक खोलकर देखें। यदि वह इस प्रोग्राम में न खुले: securesign register
doctor-xdg-advice = xdg-utils इंस्टॉल करें (Debian और Ubuntu पर: sudo apt install xdg-utils)।
doctor-browser-portal = { $browser } { $kind } के रूप में है और लिंक खोलने के लिए डेस्कटॉप पोर्टल से कहता है। यदि लिंक न खुले: ऐसा ब्राउज़र इस्तेमाल करें जो { $kind } न हो, या securesign sign LINK
doctor-browser = { $browser } { $kind } के रूप में है, और डेस्कटॉप पोर्टल के बिना उससे कोई लिंक बाहर नहीं आता
doctor-browser-advice = xdg-desktop-portal इंस्टॉल करके फिर साइन इन करें, या ऐसा ब्राउज़र इस्तेमाल करें जो { $kind } न हो।
doctor-launcher-system = वेब पेज सिस्टम खोलता है
doctor-launcher = परिणाम { $program } के द्वारा ब्राउज़र को जाते हैं
doctor-no-launcher = वेब पेज कोई प्रोग्राम नहीं खोलता
doctor-settings = सेटिंग की फ़ाइल इस्तेमाल नहीं की जा सकती
doctor-no-portal = किसी पोर्टल को अनुमति नहीं है: केवल इसी कंप्यूटर के कॉलबैक वाली टेस्ट कुंजियाँ चलती हैं
doctor-no-portal-advice = अपने पोर्टल पर हस्ताक्षर शुरू करें और यहाँ अस्वीकार होने पर उसे अनुमति दें; या उसे { $file } में जोड़ें।
doctor-service-on = प्रमाणीकरण सेवा { $service } उत्तर दे रही है
doctor-service-silent = प्रमाणीकरण सेवा { $service } उत्तर नहीं दे रही: { $reason }
doctor-portals =
    { $count ->
        [one] एक पोर्टल को अनुमति है
       *[other] { $count } पोर्टलों को अनुमति है
    }
doctor-window = विंडो इंस्टॉल है
doctor-no-window = विंडो इंस्टॉल नहीं है: { $file } नहीं मिली
doctor-window-unstarted = विंडो शुरू नहीं हो सकी: { $reason }
doctor-no-window-advice = { -brand } फिर से इंस्टॉल करें, या टर्मिनल में securesign sign LINK इस्तेमाल करें।
doctor-display = विंडो के लिए डिस्प्ले है
doctor-display-unreachable = विंडो के लिए डिस्प्ले नहीं खुला: { $reason }
doctor-no-display = विंडो के लिए डिस्प्ले नहीं है
doctor-no-display-advice = टर्मिनल में securesign sign LINK इस्तेमाल करें।

## register and unregister

register-done = अब securesign:// लिंक यही प्रोग्राम खोलता है।
register-done-other = अब securesign:// लिंक यही प्रोग्राम खोलता है। पहले उन्हें { $program } खोलता था; securesign unregister उन्हें लौटा देता है।
register-still-other = securesign:// लिंक अब भी { $program } खोलता है। अपने डेस्कटॉप की सेटिंग में उनके लिए { -brand } चुनें।
unregister-done = अब securesign:// लिंक यह प्रोग्राम नहीं खोलता।
unregister-other = अब securesign:// लिंक यह प्रोग्राम नहीं, { $program } खोलता है।
unregister-nobody = अब securesign:// लिंक न यह प्रोग्राम खोलता है, न कोई और।
unregister-system = अब securesign:// लिंक यह प्रति नहीं खोलती। सभी उपयोगकर्ताओं के लिए इंस्टॉल किया गया { -brand } उन्हें अब भी खोलता है; यदि आप यह नहीं चाहते तो उसका पैकेज हटा दें।
