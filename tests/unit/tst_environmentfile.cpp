// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/environmentfile.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;

using Variables = QMap<QString, QString>;

class TestEnvironmentFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void linesAreVariables_data();
    void linesAreVariables();
    void aWrongLineIsToldWithItsNumber_data();
    void aWrongLineIsToldWithItsNumber();
    void whatIsNoGoodFileIsRefused();
    void rootObeysOnlyWhatNobodyElseCouldWrite();

private:
    QString write(const QByteArray &text, mode_t mode = 0600);

    QTemporaryDir m_folder;
};

QString TestEnvironmentFile::write(const QByteArray &text, mode_t mode)
{
    const QString path = m_folder.filePath(u"env"_s);
    QFile::remove(path);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()
        || ::fchmod(file.handle(), mode) != 0)
        qFatal("cannot write %s", qPrintable(path));
    return path;
}

void TestEnvironmentFile::linesAreVariables_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<Variables>("variables");
    const auto row = [](const char *name, const QByteArray &text, const Variables &variables) {
        QTest::newRow(name) << text << variables;
    };
    row("nothing", "", {});
    row("one", "A=b", {{u"A"_s, u"b"_s}});
    row("several", "A=b\nC=d\n", {{u"A"_s, u"b"_s}, {u"C"_s, u"d"_s}});
    row("comments and empty lines", "# A=1\n\n   \n  # B=2\nC=3\n", {{u"C"_s, u"3"_s}});
    row("blanks around", "  A =  b c  \r\n", {{u"A"_s, u"b c"_s}});
    row("empty value", "A=\nB=\"\"\n", {{u"A"_s, QString()}, {u"B"_s, QString()}});
    row("double quotes", "A=\" b  c \"", {{u"A"_s, u" b  c "_s}});
    row("single quotes", "A='it \"is\"'", {{u"A"_s, u"it \"is\""_s}});
    row("nothing is expanded", "A=$HOME `id` \\n ~", {{u"A"_s, u"$HOME `id` \\n ~"_s}});
    row("a number sign in a value", "A=b # c", {{u"A"_s, u"b # c"_s}});
    row("a sign in a value", "A=b=c", {{u"A"_s, u"b=c"_s}});
    row("a quote inside", "A=it's", {{u"A"_s, u"it's"_s}});
    row("exported", "export A=b\n  export\tB = 'c'\nexport=d\nexported=e\n",
        {{u"A"_s, u"b"_s}, {u"B"_s, u"c"_s}, {u"export"_s, u"d"_s}, {u"exported"_s, u"e"_s}});
    row("a comment behind quotes", "A=\"b\" # \"c\"\nB='d'\t#e\n",
        {{u"A"_s, u"b"_s}, {u"B"_s, u"d"_s}});
    row("a number sign in quotes", "A='b # c' # d", {{u"A"_s, u"b # c"_s}});
    row("several lines",
        "A=\"-----BEGIN KEY-----\nMIIE=\n#no comment\n\n-----END KEY-----\n\" # key\nB=1",
        {{u"A"_s, u"-----BEGIN KEY-----\nMIIE=\n#no comment\n\n-----END KEY-----\n"_s},
            {u"B"_s, u"1"_s}});
    row("several lines of Windows", "A='b\r\nc'\r\nB=1\r\n",
        {{u"A"_s, u"b\nc"_s}, {u"B"_s, u"1"_s}});
    row("the other quote in several lines", "A='\"\n\"'", {{u"A"_s, u"\"\n\""_s}});
    row("a backslash before the quote", "A=\"b\\\"", {{u"A"_s, u"b\\"_s}});
    row("UTF-8", "A=gr\xc3\xbc\xc3\x9f", {{u"A"_s, u"grüß"_s}});
}

void TestEnvironmentFile::linesAreVariables()
{
    QFETCH(const QByteArray, text);
    const EnvironmentResult result = parseEnvironment(text);
    QVERIFY(std::holds_alternative<Variables>(result));
    QTEST(std::get<Variables>(result), "variables");
}

void TestEnvironmentFile::aWrongLineIsToldWithItsNumber_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("fault");
    const auto row = [](const char *name, const QByteArray &text, const QString &fault) {
        QTest::newRow(name) << text << fault;
    };
    row("no sign", "A=1\nB\n", u"line 2: must be NAME=VALUE"_s);
    row("no name", "=1", u"line 1: \"\" is no name of a variable"_s);
    row("a name of two words", "export A B=1", u"line 1: must be NAME=VALUE"_s);
    row("a secret without a name", "\nhunter2 is=it\n", u"line 2: must be NAME=VALUE"_s);
    row("a key without quotes", "A=-----BEGIN KEY-----\nMIIEvQIBADAN+/x\n",
        u"line 2: must be NAME=VALUE"_s);
    row("the end of one", "MII/vQ+x==\n", u"line 1: must be NAME=VALUE"_s);
    row("after several lines", "A='1\n2\n3'\nB\n", u"line 4: must be NAME=VALUE"_s);
    row("open over several lines", "A=1\nB='2\n3\n",
        u"line 2: the quote of the value of \"B\" is never closed"_s);
    row("behind several lines", "A=1\nB='2\n3'4\n",
        u"line 2: behind the quoted value of \"B\" there is more than a comment"_s);
    row("a comment without a blank", "A='b'#c",
        u"line 1: behind the quoted value of \"A\" there is more than a comment"_s);
    row("taken", "\nSEMPER_TOKEN=1", u"line 2: \"SEMPER_TOKEN\" is set by the server itself"_s);
    row("twice", "A=1\n\nA=2", u"line 3: \"A\" is there twice"_s);
    row("open quote", "A=\"b", u"line 1: the quote of the value of \"A\" is never closed"_s);
    row("lone quote", "A='", u"line 1: the quote of the value of \"A\" is never closed"_s);
    row("after the quote", "A='b' c",
        u"line 1: behind the quoted value of \"A\" there is more than a comment"_s);
    row("not UTF-8", "A=\xff", u"is not UTF-8"_s);
    row("NUL", QByteArray("A=b\0c", 5), u"must not contain a NUL character"_s);
}

void TestEnvironmentFile::aWrongLineIsToldWithItsNumber()
{
    QFETCH(const QByteArray, text);
    const EnvironmentResult result = parseEnvironment(text);
    QVERIFY(std::holds_alternative<QString>(result));
    QTEST(std::get<QString>(result), "fault");
}

void TestEnvironmentFile::whatIsNoGoodFileIsRefused()
{
    const auto faultOf = [](const QString &path) {
        const EnvironmentResult result = readEnvironmentFile(path);
        const auto *fault = std::get_if<QString>(&result);
        return fault != nullptr ? *fault : QString();
    };
    const QString none = m_folder.filePath(u"none"_s);
    QCOMPARE(faultOf(none), u"environment_file %1: No such file or directory"_s.arg(none));
    QCOMPARE(faultOf(m_folder.path()),
        u"environment_file %1: is no regular file"_s.arg(m_folder.path()));
    const QString pipe = m_folder.filePath(u"pipe"_s);
    QCOMPARE(::mkfifo(qPrintable(pipe), 0600), 0);
    QCOMPARE(faultOf(pipe), u"environment_file %1: is no regular file"_s.arg(pipe));

    const QByteArray largest = "A=" + QByteArray(maximumEnvironmentFileBytes - 2, 'x');
    QCOMPARE(faultOf(write(largest)), QString());
    const QString path = write(largest + 'x');
    QCOMPARE(faultOf(path), u"environment_file %1: is larger than 65536 bytes"_s.arg(path));
    QCOMPARE(faultOf(write("A")), u"environment_file %1: line 1: must be NAME=VALUE"_s.arg(path));
}

void TestEnvironmentFile::rootObeysOnlyWhatNobodyElseCouldWrite()
{
    if (::geteuid() != 0)
        QSKIP("only root is careful here, and this test does not run as root");
    const auto refused = [](const QString &path, std::optional<uid_t> owner = std::nullopt) {
        return std::holds_alternative<QString>(readEnvironmentFile(path, owner));
    };
    QVERIFY(!refused(write("A=1", 0644)));
    QVERIFY(refused(write("A=1", 0664)));
    QVERIFY(refused(write("A=1", 0646)));
    const QString path = write("A=1", 0600);
    QCOMPARE(::chown(qPrintable(path), 12345, 12345), 0);
    QVERIFY(refused(path));
    QVERIFY(refused(path, 12346));
    QVERIFY(!refused(path, 12345));

    // What leads to it counts as well.
    QVERIFY(QDir(m_folder.path()).mkdir(u"theirs"_s));
    const QByteArray theirs = QFile::encodeName(m_folder.filePath(u"theirs"_s));
    const QString moved = m_folder.filePath(u"theirs/env"_s);
    QVERIFY(QFile::rename(path, moved));
    QVERIFY(!refused(moved, 12345));
    QCOMPARE(::chmod(theirs.constData(), 0770), 0);
    QVERIFY(refused(moved, 12345));
    QCOMPARE(::chmod(theirs.constData(), 0700), 0);
    QCOMPARE(::chown(theirs.constData(), 12346, 0), 0);
    QVERIFY(refused(moved, 12345));
    QCOMPARE(::chown(theirs.constData(), 12345, 0), 0);
    QVERIFY(!refused(moved, 12345));
    QVERIFY(refused(moved));
    // A link of theirs does not make the server read for them what only root may.
    const QTemporaryDir roots;
    const QString secret = roots.filePath(u"secret"_s);
    QFile file(secret);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(!refused(secret, 12345));
    const QString link = m_folder.filePath(u"theirs/link"_s);
    QVERIFY(QFile::link(secret, link));
    QVERIFY(refused(link, 12345));
    QVERIFY(refused(link));
}

QTEST_GUILESS_MAIN(TestEnvironmentFile)
#include "tst_environmentfile.moc"
