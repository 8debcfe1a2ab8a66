# ruff: noqa: RUF001 - names are written in their own scripts
"""Made-up people of a made-up company, Harbour & Pine, so that a demo directory has someone in it.

The same seed gives the same people on every Python: all chance comes from `Random.random()`, the one method whose
sequence the standard library promises to keep.
"""

from collections import Counter
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

DOMAIN = "harbourpine.example"
FOUNDED = date(2009, 3, 2)  # a Monday, as every first day at work
WEEKS = 860

# department weight cost-center | head | titles, the commonest first
DEPARTMENT_TABLE = """
Engineering 30 210 | Chief Technology Officer | Software Engineer, Senior Software Engineer, Site Reliability
  Engineer, Quality Engineer, Data Engineer, Security Engineer, Staff Engineer, Engineering Manager
@ Sales 16 310 | Chief Revenue Officer | Account Executive, Sales Development Representative, Account Manager,
  Solutions Consultant, Regional Sales Manager
@ Support 14 320 | Head of Support | Support Specialist, Senior Support Specialist, Technical Support Engineer
@ Operations 9 410 | Chief Operating Officer | Logistics Coordinator, Operations Analyst, Buyer, Office Manager
@ Marketing 8 330 | Chief Marketing Officer | Content Writer, Product Marketer, Campaign Manager, Brand Manager
@ Design 6 220 | Head of Design | Product Designer, Senior Product Designer, UX Researcher, Content Designer
@ Finance 6 510 | Chief Financial Officer | Accountant, Financial Analyst, Payroll Specialist, Controller
@ People 5 520 | Chief People Officer | Recruiter, People Partner, Learning Specialist, Benefits Analyst
@ Research 4 230 | Head of Research | Research Scientist, Data Scientist, Senior Research Scientist, Research Engineer
@ Legal 2 530 | General Counsel | Legal Counsel, Contracts Manager, Privacy Counsel, Paralegal
"""

# culture weight order office | women | men | families. A name is native=roman (native alone if only capitals differ),
# man's/woman's where the forms differ; "_" is a space. Icelandic, Tamil and Amharic families are fathers' names.
CULTURE_TABLE = """
English 10 given Bristol | Harriet Imogen Rosalind Bronwyn Philippa | Alistair Rupert Desmond Callum Duncan | Ashworth
  Pemberton Hargreaves Whitlock Penhallow O'Rourke=orourke Fairbairn Thistlewood Carter-Hughes Tregenza
@ Polish 8 given Kraków | Zofia Agnieszka Małgorzata=malgorzata Jagoda Bożena=bozena | Błażej=blazej Łukasz=lukasz
  Grzegorz Ziemowit Wit | Kowalski/Kowalska Wiśniewski/Wiśniewska=wisniewski/wisniewska Wójcik=wojcik
  Zieliński/Zielińska=zielinski/zielinska Szczepański/Szczepańska=szczepanski/szczepanska Krawczyk
  Jabłoński/Jabłońska=jablonski/jablonska Gołąb=golab
@ Vietnamese 8 family Singapore | Thu_Hương=thuhuong Ngọc_Ánh=ngocanh Thanh_Thảo=thanhthao Diệu_Hiền=dieuhien
  Bích_Phượng=bichphuong | Minh_Đức=minhduc Đình_Phúc=dinhphuc Hữu_Nghĩa=huunghia Trọng_Nhân=trongnhan
  Tuấn_Kiệt=tuankiet | Nguyễn=nguyen Trần=tran Lê=le Phạm=pham Hoàng=hoang Đặng=dang Bùi=bui Võ=vo Đỗ=do Dương=duong
@ Icelandic 8 given Bristol | Guðrún=gudrun Þórdís=thordis Sigríður=sigridur Dagbjört=dagbjort | Þorsteinn=thorsteinn
  Hlynur Sæmundur=saemundur Hákon=hakon | Jónsson/Jónsdóttir=jonsson/jonsdottir
  Sigurðsson/Sigurðardóttir=sigurdsson/sigurdardottir Árnason/Árnadóttir=arnason/arnadottir
  Kristjánsson/Kristjánsdóttir=kristjansson/kristjansdottir Þórðarson/Þórðardóttir=thordarson/thordardottir
  Einarsson/Einarsdóttir=einarsson/einarsdottir Magnússon/Magnúsdóttir=magnusson/magnusdottir
@ Turkish 8 given İzmir | Ayşe=ayse Çiğdem=cigdem Gülnur=gulnur İrem=irem Şebnem=sebnem | Göktuğ=goktug Çağrı=cagri
  Tuğrul=tugrul Alpay Taylan | Yılmaz=yilmaz Öztürk=ozturk Çelik=celik Şahin=sahin Yıldırım=yildirim Doğan=dogan
  Kılıç=kilic Aydın=aydin Güneş=gunes
@ French 8 given Lyon | Élodie=elodie Aurélie=aurelie Geneviève=genevieve Maëlle=maelle Océane=oceane | Jérôme=jerome
  François=francois Rémi=remi Benoît=benoit Gaëtan=gaetan Loïc=loic | Lefèvre=lefevre Bérard=berard Gauthier Chevalier
  Marchand Rousselle Delaunay Pélissier=pelissier Fournier Le_Goff=legoff
@ Spanish 8 given Valencia | Begoña=begona Lucía=lucia Inés=ines Rocío=rocio Ximena | Íñigo=inigo Andrés=andres
  Joaquín=joaquin Martín=martin Adrián=adrian | Ibáñez=ibanez Peña=pena Zúñiga=zuniga Bermúdez=bermudez Cordero
  Sepúlveda=sepulveda Olmedo Argüello=arguello Cañadas=canadas
@ Portuguese 8 given São_Paulo | Conceição=conceicao Inês=ines Letícia=leticia Marília=marilia Heloísa=heloisa |
  Damião=damiao Sebastião=sebastiao Otávio=otavio Caetano Zacarias | Gonçalves=goncalves Magalhães=magalhaes
  Simões=simoes Araújo=araujo Brandão=brandao Guimarães=guimaraes Nóbrega=nobrega Assunção=assuncao Falcão=falcao
  da_Mata=damata
@ German 8 given Hamburg | Jördis=joerdis Bärbel=baerbel Annegret Friederike Mareike | Jörn=joern Götz=goetz
  Sönke=soenke Hartmut Rüdiger=ruediger | Krüger=krueger Schäfer=schaefer Großmann=grossmann Böhme=boehme Weiß=weiss
  Köhler=koehler Lüdtke=luedtke Brinkmann Vogelsang
@ Czech 8 given Kraków | Blažena=blazena Zdeňka=zdenka Hedvika Růžena=ruzena Šárka=sarka | Bohumír=bohumir
  Kryštof=krystof Matouš=matous Řehoř=rehor Dalibor | Novotný/Novotná=novotny/novotna
  Dvořák/Dvořáková=dvorak/dvorakova Procházka/Procházková=prochazka/prochazkova Kučera/Kučerová=kucera/kucerova
  Černý/Černá=cerny/cerna Říha/Říhová=riha/rihova Hájek/Hájková=hajek/hajkova Žák/Žáková=zak/zakova
@ Hungarian 8 family Kraków | Emőke=emoke Gyöngyi=gyongyi Réka=reka Hajnalka Piroska | Csongor Bálint=balint Örs=ors
  Szilárd=szilard Lőrinc=lorinc | Kovács=kovacs Szűcs=szucs Takács=takacs Horváth=horvath Fehér=feher Székely=szekely
  Kőszegi=koszegi Bíró=biro Vörös=voros
@ Yoruba 8 given Lagos | Fọlákẹ́=folake Títílayọ̀=titilayo Àbẹ̀ní=abeni Àdùnní=adunni Yétúndé=yetunde |
  Olúwaṣeun=oluwaseun Adébáyọ̀=adebayo Ayọ̀délé=ayodele Káyọ̀dé=kayode Kẹ́hìndé=kehinde | Adéyẹmí=adeyemi
  Ògúndélé=ogundele Ọlátúnjí=olatunji Afọlábí=afolabi Ọláníyan=olaniyan Ọládìpọ̀=oladipo Ìdòwú=idowu Adéwálé=adewale
  Akínyẹmí=akinyemi
@ Russian 6 given Tbilisi | Зоя=zoya Евдокия=yevdokiya Раиса=raisa Алевтина=alevtina Таисия=taisiya | Глеб=gleb
  Фёдор=fyodor Тимофей=timofey Прохор=prokhor | Лебедев/Лебедева=lebedev/lebedeva Соколов/Соколова=sokolov/sokolova
  Воробьёв/Воробьёва=vorobyov/vorobyova Зайцев/Зайцева=zaytsev/zaytseva Кузнецов/Кузнецова=kuznetsov/kuznetsova
  Щукин/Щукина=shchukin/shchukina Журавлёв/Журавлёва=zhuravlyov/zhuravlyova Голубев/Голубева=golubev/golubeva
@ Ukrainian 4 given Kraków | Соломія=solomiia Ярина=yaryna Богдана=bohdana Надія=nadiia Орися=orysia | Тарас=taras
  Остап=ostap Назар=nazar Зеновій=zenovii | Шевчук=shevchuk Коваленко=kovalenko Бондаренко=bondarenko
  Гриценко=hrytsenko Мельничук=melnychuk Поліщук=polishchuk Гнатюк=hnatiuk Савчук=savchuk
@ Greek 5 given Limassol | Ελένη=eleni Δήμητρα=dimitra Φωτεινή=foteini Ευαγγελία=evangelia Χρυσούλα=chrysoula |
  Νικόλαος=nikolaos Σταύρος=stavros Θεόδωρος=theodoros Άγγελος=angelos Ηλίας=ilias |
  Παπαδόπουλος/Παπαδοπούλου=papadopoulos/papadopoulou Καραγιάννης/Καραγιάννη=karagiannis/karagianni Αντωνίου=antoniou
  Οικονόμου=oikonomou Δημητρίου=dimitriou Λαμπρίδης/Λαμπρίδου=lampridis/lampridou Μακρής/Μακρή=makris/makri
  Ρήγας/Ρήγα=rigas/riga
@ Arabic 6 given Limassol | ليلى=layla نور=nour هالة=hala سلمى=salma سمية=sumaya | يوسف=yousef خالد=khaled طارق=tareq
  أيهم=ayham مازن=mazen | الخطيب=alkhatib النجار=alnajjar البيطار=albitar منصور=mansour الزعبي=alzoubi قاسم=qasim
  صباغ=sabbagh الحموي=alhamwi عواد=awwad
@ Hebrew 4 given Limassol | נועה=noa יעל=yael תמר=tamar שירה=shira הדס=hadas | איתן=eitan אורי=uri גלעד=gilad
  נדב=nadav עומר=omer | לוי=levi מזרחי=mizrahi פרידמן=friedman אברהמי=avrahami גבאי=gabbay רוזן=rosen ביטון=biton
  שפירא=shapira אוחנה=ohana
@ Hindi 5 given Bengaluru | अंजलि=anjali सुनीता=sunita पूर्णिमा=purnima मीनाक्षी=meenakshi रेणुका=renuka | गिरीश=girish
  हेमंत=hemant लोकेश=lokesh नवीन=naveen चेतन=chetan | गुप्ता=gupta मिश्रा=mishra अग्रवाल=agrawal सक्सेना=saxena
  श्रीवास्तव=srivastava भटनागर=bhatnagar अवस्थी=awasthi माथुर=mathur दुबे=dubey
@ Tamil 4 given Bengaluru | கவிதா=kavitha பொன்னி=ponni தமிழ்ச்செல்வி=tamilselvi யாழினி=yazhini மலர்விழி=malarvizhi |
  வெற்றிவேல்=vetrivel செந்தில்=senthil இளங்கோ=ilango கார்த்திக்=karthik அன்பரசன்=anbarasan | சுப்பிரமணியன்=subramanian
  ராமசாமி=ramasamy கந்தசாமி=kandasamy நடராஜன்=natarajan சண்முகம்=shanmugam பெருமாள்=perumal ராஜேந்திரன்=rajendran
  தங்கவேல்=thangavel
@ Bengali 4 given Bengaluru | অনন্যা=ananya ফারহানা=farhana তাহমিনা=tahmina সুমাইয়া=sumaiya রুবিনা=rubina |
  রফিকুল=rafiqul কামরুল=kamrul তানভীর=tanvir ইমতিয়াজ=imtiaz | চৌধুরী=chowdhury তালুকদার=talukder ভূঁইয়া=bhuiyan
  মজুমদার=majumder সরকার=sarkar মণ্ডল=mondal শিকদার=sikder হাওলাদার=howlader
@ Thai 4 given Singapore | กนกวรรณ=kanokwan สุภาพร=suphaphon ปิยะดา=piyada ณัฐธิดา=natthida วราภรณ์=waraphon |
  ธนากร=thanakon วีรพล=wiraphon ปกรณ์=pakon ชัยวัฒน์=chaiwat | ศรีสุวรรณ=srisuwan แสงทอง=saengthong บุญมี=bunmi
  ทองคำ=thongkham จันทร์แก้ว=chankaeo พรหมมา=phromma รัตนโชติ=rattanachot มณีวงศ์=maniwong
@ Chinese 6 joined Singapore | 雨桐=yutong 晓燕=xiaoyan 欣怡=xinyi 静雯=jingwen 梦洁=mengjie | 志强=zhiqiang
  嘉树=jiashu 承泽=chengze 文博=wenbo 明哲=mingzhe | 王=wang 李=li 张=zhang 陈=chen 杨=yang 赵=zhao 黄=huang 周=zhou
  徐=xu 郭=guo 欧阳=ouyang
@ Japanese 6 joined Osaka | 美咲=misaki 千尋=chihiro さくら=sakura 由香里=yukari 結衣=yui | 健太=kenta 拓海=takumi
  祐介=yusuke 亮太=ryota 浩司=koji | 西岡=nishioka 片桐=katagiri 有馬=arima 藤川=fujikawa 長谷川=hasegawa
  森下=morishita 岡崎=okazaki 柴田=shibata 久保田=kubota
@ Korean 5 joined Seoul | 세은=seeun 한별=hanbyul 윤서=yunseo 은별=eunbyul 지안=jian | 하람=haram 찬혁=chanhyuk
  승재=seungjae 규민=kyumin 태경=taekyung | 김=kim 박=park 정=jung 조=cho 임=lim 문=moon 오=oh 배=bae 남궁=namgung
  황보=hwangbo
@ Georgian 4 given Tbilisi | ნინო=nino თამარ=tamar ქეთევან=ketevan მარიამ=mariam ლელა=lela | ლევან=levan ზურაბ=zurab
  ბექა=beka ვახტანგ=vakhtang მამუკა=mamuka | ბერიძე=beridze კაპანაძე=kapanadze გელაშვილი=gelashvili ლომიძე=lomidze
  წიკლაური=tsiklauri ხარაძე=kharadze ჩხაიძე=chkhaidze ონიანი=oniani გოგოლაძე=gogoladze
@ Armenian 4 given Tbilisi | Նարե=nare Գայանե=gayane Շուշան=shushan Արփինե=arpine Հասմիկ=hasmik | Հրաչյա=hrachya
  Սասուն=sasun Սեդրակ=sedrak Զավեն=zaven | Գրիգորյան=grigoryan Հակոբյան=hakobyan Մկրտչյան=mkrtchyan Ղազարյան=ghazaryan
  Սահակյան=sahakyan Բաղդասարյան=baghdasaryan Մարգարյան=margaryan Դանիելյան=danielyan
@ Amharic 4 given Addis_Ababa | ፍሬሕይወት=frehiwot ሰብለ=seble ማህሌት=mahlet ብሌን=blen ምሕረት=mihret | ናሆም=nahom ኤልያስ=elias
  ቢኒያም=biniam ሄኖክ=henok አማኑኤል=amanuel | አበበ=abebe ታደሰ=tadesse ግርማ=girma ደምሴ=demissie መኮንን=mekonnen ከበደ=kebede
  ዘውዴ=zewde ወርቁ=worku ተፈራ=tefera አስፋው=asfaw
"""

DISPLAY = {"given": "{given} {family}", "family": "{family} {given}", "joined": "{family}{given}"}


class Name(NamedTuple):
    """A name in its own script, and in lower-case ASCII."""

    native: str
    roman: str


class Culture(NamedTuple):
    """Names that go together: `given` holds women's and men's, a family is its (woman's, man's) forms."""

    name: str
    weight: int
    display: str
    office: str
    given: tuple[list[Name], list[Name]]
    families: list[tuple[Name, Name]]


class Department(NamedTuple):
    """A department, who leads it and what the others in it do."""

    name: str
    weight: int
    cost_center: str
    head: str
    titles: list[str]


def _forms(word: str) -> tuple[Name, Name]:
    """Return the woman's and the man's form of one word of the culture table."""
    native, _, roman = word.replace("_", " ").partition("=")
    natives, romans = native.split("/"), (roman or native.lower()).split("/")
    return Name(natives[-1], romans[-1]), Name(natives[0], romans[0])


def _culture(entry: str) -> Culture:
    """Return one entry of the culture table."""
    head, *columns = entry.split("|")
    name, weight, order, office = head.split()
    women, men, families = ([_forms(word) for word in column.split()] for column in columns)
    given = [woman for woman, _ in women], [man for _, man in men]
    return Culture(name, int(weight), DISPLAY[order], office.replace("_", " "), given, families)


def _department(entry: str) -> Department:
    """Return one entry of the department table."""
    about, head, titles = entry.split("|")
    name, weight, cost_center = about.split()
    return Department(
        name, int(weight), f"CC-{cost_center}", head.strip(), [" ".join(title.split()) for title in titles.split(",")]
    )


CULTURES = [_culture(entry) for entry in CULTURE_TABLE.split("@")]
DEPARTMENTS = [_department(entry) for entry in DEPARTMENT_TABLE.split("@")]
OFFICES = list(dict.fromkeys(culture.office for culture in CULTURES))
CULTURE_LOTS = [culture for culture in CULTURES for _ in range(culture.weight)]
DEPARTMENT_LOTS = [department for department in DEPARTMENTS for _ in range(department.weight)]
OPERATIONS = next(department for department in DEPARTMENTS if department.name == "Operations")
LEADERS = [(OPERATIONS, "Chief Executive Officer"), *((department, department.head) for department in DEPARTMENTS)]


def people(count: int = 320, *, seed: int = 7) -> list[dict[str, Any]]:
    """Return this many people, longest-serving first: the chief executive, the heads of department, then the others."""
    chance = Random(seed)  # noqa: S311 - makes up people, keeps no secret
    taken: Counter[str] = Counter()
    starts = sorted(_start_date(chance) for _ in range(count))
    return [_person(chance, place, start, taken) for place, start in enumerate(starts)]


def _person(chance: Random, place: int, start: date, taken: Counter[str]) -> dict[str, Any]:
    """Return the person at this place in order of seniority, and count their name as taken."""
    culture = _pick(chance, CULTURE_LOTS)
    gender = int(chance.random() * 2)
    given, family = _pick(chance, culture.given[gender]), _pick(chance, culture.families)[gender]
    department, title = _post(chance, place)
    user_name = _user_name(given, family, taken)
    return {
        "user_name": user_name,
        "given_name": given.native,
        "family_name": family.native,
        "display_name": culture.display.format(given=given.native, family=family.native),
        "email": f"{user_name}@{DOMAIN}",
        "title": title,
        "department": department.name,
        "external_id": _employee_number(chance, place),
        "active": chance.random() < 0.94 or place < len(LEADERS),
        "attributes": {
            "office": culture.office if chance.random() < 0.6 else _pick(chance, OFFICES),
            "cost_center": department.cost_center,
            "start_date": start.isoformat(),
        },
    }


def _user_name(given: Name, family: Name, taken: Counter[str]) -> str:
    """Return given.family, with a number from the second holder on."""
    name = f"{given.roman}.{family.roman}"
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}{taken[name]}"


def _post(chance: Random, place: int) -> tuple[Department, str]:
    """Return a department and a title; each leader's post goes once, to those who came first."""
    if place < len(LEADERS):
        return LEADERS[place]
    department = _pick(chance, DEPARTMENT_LOTS)
    return department, department.titles[int(chance.random() ** 2 * len(department.titles))]


def _employee_number(chance: Random, place: int) -> str | None:
    """Return a number that grows with the place and leaves gaps, or None for about one in five."""
    number = 10_000 + 7 * place + int(chance.random() * 7)
    return f"E-{number}" if chance.random() < 0.8 else None


def _start_date(chance: Random) -> date:
    """Return a Monday in the company's life, more often a late one: it grew."""
    return FOUNDED + timedelta(weeks=int(WEEKS * (1 - chance.random() ** 2)))


def _pick(chance: Random, options: list[T]) -> T:
    """Return one of these, each as likely."""
    return options[int(chance.random() * len(options))]
