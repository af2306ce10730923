// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/controlcharacters.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

QString characterOf(char32_t c)
{
    return QStringView(QChar::fromUcs4(c)).toString(); // not by QString, which drops U+FEFF
}

} // namespace

class TestControlCharacters : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatSteersATerminalIsReplaced_data();
    void whatSteersATerminalIsReplaced();
    void whatIsShownStays_data();
    void whatIsShownStays();
    void whatIsKeptStays();
    void jsonMeansTheSameAndHasNoneOfThem();
};

void TestControlCharacters::whatSteersATerminalIsReplaced_data()
{
    QTest::addColumn<char32_t>("c");
    for (char32_t c = 0; c < 0x20; ++c)
        QTest::addRow("C0 %02X", uint(c)) << c;
    for (char32_t c = 0x7F; c < 0xA0; ++c)
        QTest::addRow("C1 %02X", uint(c)) << c;
    for (const char32_t c : {U'\u061C', U'\u200E', U'\u200F', U'\u202A', U'\u202B', U'\u202C',
             U'\u202D', U'\u202E', U'\u2066', U'\u2067', U'\u2068', U'\u2069'})
        QTest::addRow("direction %04X", uint(c)) << c;
    for (const char32_t c : {U'\u00AD', U'\u200B', U'\u2028', U'\u2029', U'\u2060', U'\uFEFF',
             U'\uFFF9', U'\U0001D173', U'\U000E0001', U'\U000E0041'})
        QTest::addRow("invisible %04X", uint(c)) << c;
}

void TestControlCharacters::whatSteersATerminalIsReplaced()
{
    QFETCH(const char32_t, c);
    const QString text = u"a"_s + characterOf(c) + u"b"_s;
    QCOMPARE(withoutControls(text), u"a\uFFFDb"_s);
    QCOMPARE(withoutControls(text, {}, u'?'), u"a?b"_s);

    const QByteArray json = QJsonDocument(QJsonArray{text}).toJson(QJsonDocument::Compact);
    const QByteArray escaped = escapeControls(json);
    QCOMPARE(QJsonDocument::fromJson(escaped).array().at(0).toString(), text);
    QCOMPARE(withoutControls(QString::fromUtf8(escaped)), QString::fromUtf8(escaped));
}

void TestControlCharacters::whatIsShownStays_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << QString();
    QTest::newRow("ASCII") << u" az~"_s;
    QTest::newRow("accents") << u"Größe, a\u0301"_s;
    QTest::newRow("scripts") << u"日本語 עברית العربية"_s;
    QTest::newRow("joiners") << u"می\u200Cخواهم \U0001F468\u200D\U0001F469"_s;
    QTest::newRow("beyond") << u"\U0001F600\uFFFD\u00A0"_s;
}

void TestControlCharacters::whatIsShownStays()
{
    QFETCH(const QString, text);
    QCOMPARE(withoutControls(text), text);
}

void TestControlCharacters::whatIsKeptStays()
{
    QCOMPARE(withoutControls(u"a\tb\n\x1b[0m"_s, u"\n\t"), u"a\tb\n\uFFFD[0m"_s);
}

void TestControlCharacters::jsonMeansTheSameAndHasNoneOfThem()
{
    const QByteArray plain = QJsonDocument(QJsonArray{u"a"_s, 1}).toJson();
    QCOMPARE(escapeControls(plain), plain);
    const QByteArray strange
        = QJsonDocument(QJsonArray{u"\u009B31m\u202E\u200D\U000E0041 ü"_s}).toJson();
    QCOMPARE(escapeControls(strange),
        QByteArray("[\n    \"\\u009b31m\\u202e\u200D\\udb40\\udc41 ü\"\n]\n"));
}

QTEST_GUILESS_MAIN(TestControlCharacters)
#include "tst_controlcharacters.moc"
