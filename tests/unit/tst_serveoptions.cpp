// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/configchoice.h"
#include "cli/serveoptions.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace std::chrono_literals;

namespace {

std::variant<ServeOptions, CommandExit> parse(const QStringList &words)
{
    return parseServeOptions(words, serveSyntax(u"semper serve"_s, OfferDemo::Yes));
}

QString write(const QTemporaryDir &folder, const QByteArray &bytes)
{
    QFile file(folder.filePath(u"semper.json"_s));
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? file.fileName()
                                                                                : QString();
}

} // namespace

class TestServeOptions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void noOptionsAreDefaults();
    void everyOptionIsTaken();
    void relativePathsStartAtTheWorkingFolder();
    void wrongUsageIsOneLineAndAHint_data();
    void wrongUsageIsOneLineAndAHint();
    void anEmbeddingProgramHasNoDemo();
    void anEmbeddingProgramHasOptionsOfItsOwn();
    void helpNamesEveryOption();
    void versionIsTold();
    void theDemoIsAConfiguration();
    void theStateDirectoryOfTheCommandLineWins();
    void errorsOfTheFileAreAllTold();
    void aFileThatIsNotThereIsWrongUsage();
    void aProcessIsReadOverThatOfTheProgramKeyByKey();
};

void TestServeOptions::noOptionsAreDefaults()
{
    QCOMPARE(std::get<ServeOptions>(parse({})), ServeOptions{});
}

void TestServeOptions::everyOptionIsTaken()
{
    const ServeOptions expected{.configFile = u"/a/semper.json"_s,
        .demo = false,
        .socketPath = u"/b/s.sock"_s,
        .stateDirectory = u"/c"_s};
    QCOMPARE(std::get<ServeOptions>(parse({u"--config"_s, u"/a/semper.json"_s,
                 u"--socket=/b/s.sock"_s, u"--state-directory"_s, u"/c/"_s})),
        expected);
    QVERIFY(std::get<ServeOptions>(parse({u"--demo"_s})).demo);
}

void TestServeOptions::relativePathsStartAtTheWorkingFolder()
{
    QCOMPARE(std::get<ServeOptions>(parse({u"--config"_s, u"./x/../semper.json"_s})).configFile,
        QDir::currentPath() + u"/semper.json"_s);
}

void TestServeOptions::wrongUsageIsOneLineAndAHint_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("complaint");
    QTest::newRow("misspelt") << QStringList{u"--sokcet"_s, u"x"_s}
                              << u"unknown option --sokcet; did you mean --socket?"_s;
    QTest::newRow("unknown") << QStringList{u"--frobnicate=1"_s}
                             << u"unknown option --frobnicate"_s;
    QTest::newRow("short") << QStringList{u"-c"_s} << u"unknown option -c"_s;
    QTest::newRow("no value") << QStringList{u"--config"_s} << u"--config needs a FILE"_s;
    QTest::newRow("empty value") << QStringList{u"--config="_s} << u"--config needs a FILE"_s;
    QTest::newRow("value") << QStringList{u"--demo=yes"_s} << u"Unexpected value after '--demo'."_s;
    QTest::newRow("twice") << QStringList{u"--socket"_s, u"a"_s, u"--socket"_s, u"b"_s}
                           << u"--socket is there twice"_s;
    QTest::newRow("operand") << QStringList{u"demo"_s} << u"does not understand 'demo'"_s;
    QTest::newRow("dash dash") << QStringList{u"--"_s, u"--demo"_s}
                               << u"does not understand '--demo'"_s;
    QTest::newRow("both") << QStringList{u"--demo"_s, u"--config"_s, u"x"_s}
                          << u"either --config or --demo, not both"_s;
    QTest::newRow("long") << QStringList{u"--socket"_s, u'/' + QString(107, u'x')}
                          << u"the path of --socket has 108 bytes; it may have 107"_s;
}

void TestServeOptions::wrongUsageIsOneLineAndAHint()
{
    QFETCH(const QStringList, words);
    QFETCH(const QString, complaint);
    const CommandExit expected{
        ExitCode::Usage, u"semper serve: %1\nTry 'semper serve --help'.\n"_s.arg(complaint)};
    QCOMPARE(std::get<CommandExit>(parse(words)), expected);
}

void TestServeOptions::anEmbeddingProgramHasNoDemo()
{
    const auto result = parseServeOptions({u"--demo"_s}, serveSyntax(u"./shop"_s, OfferDemo::No));
    QCOMPARE(std::get<CommandExit>(result).text,
        u"./shop: unknown option --demo\nTry './shop --help'.\n"_s);
}

void TestServeOptions::anEmbeddingProgramHasOptionsOfItsOwn()
{
    const CommandSyntax syntax = embeddedSyntax(u"./shop"_s, u"2.1"_s,
        {{{u"greeting"_s, u"g"_s}, u"what it says"_s, u"TEXT"_s, u"hello"_s},
            {u"quiet"_s, u"says nothing"_s}});
    const auto own = [&syntax](const QStringList &words) {
        return std::get<ServeOptions>(parseServeOptions(words, syntax)).own;
    };
    using Own = QMap<QString, QString>;
    QCOMPARE(own({}), Own());
    QCOMPARE(own({u"--greeting=hi"_s}), (Own{{u"greeting"_s, u"hi"_s}}));
    QCOMPARE(own({u"-g"_s, u"hi"_s, u"--quiet"_s}),
        (Own{{u"greeting"_s, u"hi"_s}, {u"quiet"_s, QString()}}));

    const auto text = [&syntax](const QStringList &words) {
        return std::get<CommandExit>(parseServeOptions(words, syntax)).text;
    };
    QVERIFY(text({u"--help"_s}).contains(u"  --greeting, -g TEXT    what it says\n"_s));
    QCOMPARE(text({u"--version"_s}), u"./shop 2.1\n"_s);
    QCOMPARE(text({u"--greeting"_s}), u"./shop: --greeting needs a TEXT\nTry './shop --help'.\n"_s);
}

void TestServeOptions::helpNamesEveryOption()
{
    const auto exit = std::get<CommandExit>(parse({u"--config"_s, u"x"_s, u"--help"_s}));
    QCOMPARE(exit.code, ExitCode::Done);
    QVERIFY(exit.text.startsWith(u"Usage: semper serve [OPTION]...\n"_s));
    for (const char *option : {"--config FILE", "--demo", "--socket PATH", "--state-directory DIR",
             "--help", "--version"})
        QVERIFY2(exit.text.contains(QLatin1StringView(option)), option);
}

void TestServeOptions::versionIsTold()
{
    const auto exit = std::get<CommandExit>(parse({u"--version"_s}));
    QCOMPARE(exit.code, ExitCode::Done);
    QVERIFY(exit.text.startsWith(u"semper 0."_s));
}

void TestServeOptions::theDemoIsAConfiguration()
{
    const QTemporaryDir folder;
    const QString state = folder.filePath(u"state"_s);
    const auto result = serveConfig({.demo = true, .stateDirectory = state});
    const auto *config = std::get_if<ServerConfig>(&result);
    QVERIFY(config != nullptr);
    QCOMPARE(config->node, u"demo"_s);
    QCOMPARE(config->stateDirectory, state);
    QCOMPARE(config->directory, state);
    QVERIFY(!QFileInfo::exists(state)); // the server makes it, for its eyes only
    const QStringList names = config->services.first().processes.keys();
    QCOMPARE(names, (QStringList{u"heartbeat"_s, u"monitor"_s, u"stumbler"_s, u"ticker"_s}));
}

void TestServeOptions::theStateDirectoryOfTheCommandLineWins()
{
    const QTemporaryDir folder;
    const QString file = write(folder, R"({"state_directory": "/a"})");
    const auto state = [&file](const QString &option) {
        return std::get<ServerConfig>(serveConfig({.configFile = file, .stateDirectory = option}))
            .stateDirectory;
    };
    QCOMPARE(state({}), u"/a"_s);
    QCOMPARE(state(u"/b"_s), u"/b"_s);
}

void TestServeOptions::errorsOfTheFileAreAllTold()
{
    const QTemporaryDir folder;
    const QString file = write(folder, R"({"nodes": 1, "services": []})");
    const auto exit = std::get<CommandExit>(serveConfig({.configFile = file}));
    QCOMPARE(exit.code, ExitCode::Failed);
    QCOMPARE(exit.text,
        file
            + u": 2 errors\n"
              "  $.nodes: unknown key \"nodes\"; did you mean \"node\"?\n"
              "  $.services: must be an object, not a list\n"_s);
}

void TestServeOptions::aFileThatIsNotThereIsWrongUsage()
{
    const auto exit = std::get<CommandExit>(serveConfig({.configFile = u"/no/such.json"_s}));
    QCOMPARE(exit.code, ExitCode::Usage);
    QCOMPARE(exit.text, u"there is no file /no/such.json\n"_s);
}

void TestServeOptions::aProcessIsReadOverThatOfTheProgramKeyByKey()
{
    QTemporaryDir folder;
    const QString file = write(
        folder, R"({"services": {"shop": {"type": "http", "listen": "127.0.0.1:0", "processes": {
        "orders": {"settings": {"b": 3}, "environment": {"X": null}, "restart": {"backoff_ms": 7}},
        "mail": {"command": ["mailer"]},
        "new": {"command": ["new"]}}}}})");
    ProcessSpec orders{.className = u"Orders"_s, .settings = {{u"a"_s, 1}, {u"b"_s, 2}}};
    orders.environment = {{u"X"_s, u"1"_s}, {u"Y"_s, u"2"_s}};
    orders.critical = true;
    orders.limits.nice = 5;
    orders.restart.maxRestarts = 9;
    const ProcessSpec mail{.className = u"Mail"_s, .settings = {{u"a"_s, 1}}};
    ServiceSpec shop{.name = u"shop"_s, .type = u"http"_s, .main = {}, .processes = {}};
    shop.processes = {{u"orders"_s, orders}, {u"mail"_s, mail}};
    const auto read = serveConfig({.configFile = file}, {shop});
    QVERIFY(std::holds_alternative<ServerConfig>(read));
    const auto processes = std::get<ServerConfig>(read).services.constFirst().processes;
    const ProcessSpec laid = processes.value(u"orders"_s);
    QCOMPARE(laid.className, u"Orders"_s);
    QCOMPARE(laid.settings, (QJsonObject{{u"a"_s, 1}, {u"b"_s, 3}}));
    QCOMPARE(laid.environment, (QMap<QString, QString>{{u"Y"_s, u"2"_s}}));
    QCOMPARE(laid.unsetVariables, QStringList{u"X"_s});
    QVERIFY(laid.critical);
    QCOMPARE(laid.limits.nice, 5);
    QCOMPARE(laid.restart.maxRestarts, 9);
    QCOMPARE(laid.restart.backoff, 7ms);
    QCOMPARE(processes.value(u"mail"_s).className, QString());
    QCOMPARE(processes.value(u"mail"_s).command, QStringList{u"mailer"_s});
    QCOMPARE(processes.value(u"new"_s).settings, QJsonObject());
}

QTEST_GUILESS_MAIN(TestServeOptions)
#include "tst_serveoptions.moc"
