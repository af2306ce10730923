// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/configfile.h"
#include "spec/configlocator.h"
#include "spec/configreader.h"

#include <QDir>
#include <QFile>
#include <QHash>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

ConfigPlaces places(bool asRoot, const QHash<QString, QString> &variables)
{
    return {.asRoot = asRoot,
        .workingDirectory = u"/srv"_s,
        .homeDirectory = u"/home/ann"_s,
        .environment = [variables](const QString &name) { return variables.value(name); }};
}

void write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

QString refusal(const QString &path)
{
    const auto result = readConfigFile(path);
    const auto *error = std::get_if<ConfigError>(&result);
    return error ? error->message : QString();
}

} // namespace

class TestConfigLocator : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void candidatesComeInOrder_data();
    void candidatesComeInOrder();
    void theFirstThatExistsIsTaken();
    void aFileIsReadAsItIs();
    void whatIsNoReadableFileIsRefused();
    void aHugeFileIsNotReadToItsEnd();
    void rootRefusesAConfigurationThatOthersMayWrite();
};

void TestConfigLocator::candidatesComeInOrder_data()
{
    QTest::addColumn<bool>("asRoot");
    QTest::addColumn<QString>("configHome");
    QTest::addColumn<QString>("configDirs");
    QTest::addColumn<QStringList>("expected");
    const QString etc = u"/etc/semper/semper.json"_s;
    QTest::newRow("user") << false << QString() << QString()
                          << QStringList{u"/srv/semper.json"_s,
                                 u"/home/ann/.config/semper/semper.json"_s,
                                 u"/etc/xdg/semper/semper.json"_s, etc};
    QTest::newRow("root ignores the working folder")
        << true << QString() << QString()
        << QStringList{
               u"/home/ann/.config/semper/semper.json"_s, u"/etc/xdg/semper/semper.json"_s, etc};
    QTest::newRow("variables") << true << u"/conf"_s << u"/a:/b/:relative::/etc"_s
                               << QStringList{u"/conf/semper/semper.json"_s,
                                      u"/a/semper/semper.json"_s, u"/b/semper/semper.json"_s, etc};
    QTest::newRow("relative home")
        << true << u"conf"_s << u"/a"_s
        << QStringList{u"/home/ann/.config/semper/semper.json"_s, u"/a/semper/semper.json"_s, etc};
}

void TestConfigLocator::candidatesComeInOrder()
{
    QFETCH(const bool, asRoot);
    QFETCH(const QString, configHome);
    QFETCH(const QString, configDirs);
    const QHash<QString, QString> variables{
        {u"XDG_CONFIG_HOME"_s, configHome}, {u"XDG_CONFIG_DIRS"_s, configDirs}};
    QTEST(configCandidates(places(asRoot, variables)), "expected");
}

void TestConfigLocator::theFirstThatExistsIsTaken()
{
    const QTemporaryDir folder;
    const QString a = folder.filePath(u"a"_s);
    const QString b = folder.filePath(u"b"_s);
    QVERIFY(!locateConfig({a, b}));
    write(b, "{}");
    QCOMPARE(locateConfig({a, b}), b);
    write(a, "{}");
    QCOMPARE(locateConfig({a, b}), a);
}

void TestConfigLocator::aFileIsReadAsItIs()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"semper.json"_s);
    const QByteArray bytes("{ \xff\0 }", 6);
    write(path, bytes);
    const auto result = readConfigFile(path);
    QCOMPARE(std::get<QByteArray>(result), bytes);
}

void TestConfigLocator::whatIsNoReadableFileIsRefused()
{
    const QTemporaryDir folder;
    const QString missing = folder.filePath(u"missing.json"_s);
    QCOMPARE(refusal(missing), u"cannot read %1: No such file or directory"_s.arg(missing));
    QCOMPARE(refusal(folder.path()), u"%1 is no regular file"_s.arg(folder.path()));
    const QString pipe = folder.filePath(u"pipe"_s);
    QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
    QCOMPARE(refusal(pipe), u"%1 is no regular file"_s.arg(pipe));
}

void TestConfigLocator::aHugeFileIsNotReadToItsEnd()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"semper.json"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.resize(qint64(1) << 40));
    const auto result = readConfigFile(path);
    QCOMPARE(std::get<QByteArray>(result).size(), maximumConfigBytes + 1);
}

void TestConfigLocator::rootRefusesAConfigurationThatOthersMayWrite()
{
    if (::geteuid() != 0)
        QSKIP("only root is that careful");
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"semper.json"_s);
    const QByteArray name = QFile::encodeName(path);
    write(path, "{}");
    QCOMPARE(::chmod(name.constData(), 0666), 0);
    QVERIFY(refusal(path).contains(u"may be written by anybody; root obeys only"_s));
    QCOMPARE(::chmod(name.constData(), 0664), 0);
    QVERIFY(refusal(path).contains(u"may be written by its group"_s));
    QCOMPARE(::chmod(name.constData(), 0644), 0);
    QCOMPARE(refusal(path), QString());
    QCOMPARE(::chown(name.constData(), 4711, 0), 0);
    QVERIFY(refusal(path).contains(u"belongs to uid 4711"_s));
    QCOMPARE(::chown(name.constData(), 0, 0), 0);
    QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 0775), 0);
    QVERIFY(refusal(path).contains(folder.path() + u" may be written by its group"_s));
    QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 01777), 0); // as /tmp is
    QCOMPARE(refusal(path), QString());
    QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 0777), 0);
    QVERIFY(refusal(path).contains(u"may be written by anybody"_s));

    const QTemporaryDir safe;
    const QString link = safe.filePath(u"link.json"_s);
    QVERIFY(QFile::link(path, link));
    QVERIFY(refusal(link).contains(u"may be written by anybody"_s));
}

QTEST_GUILESS_MAIN(TestConfigLocator)
#include "tst_configlocator.moc"
