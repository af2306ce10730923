// SPDX-License-Identifier: GPL-3.0-or-later
#include "testhub.h"

#include <QDir>
#include <QFile>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QRegularExpression>
#include <QTest>

#include <memory>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr int patience = 15000;
constexpr int buildPatience = 280000;

/// What \a program printed, with its exit code in front where that is not 0.
[[nodiscard]] QString run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (!process.waitForFinished(buildPatience) || process.exitStatus() != QProcess::NormalExit)
        return u"failed: %1"_s.arg(process.errorString());
    const QString output = QString::fromLocal8Bit(process.readAll());
    return process.exitCode() == 0 ? output : u"failed: "_s + output;
}

[[nodiscard]] QString contentsOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// The first block of \a language behind \a position.
[[nodiscard]] QString blockBehind(const QString &text, qsizetype position, const QString &language)
{
    const QString fence = u"\n```%1\n"_s.arg(language);
    const qsizetype begin = text.indexOf(fence, position);
    const qsizetype end = text.indexOf(u"\n```\n"_s, begin + fence.size());
    return begin < 0 || end < 0 ? QString()
                                : text.sliced(begin + fence.size(), end - begin - fence.size() + 1);
}

/// The source of a user process with the class \a name that ends at once.
[[nodiscard]] QString processCalled(const QString &name)
{
    return u"#include <semper/userprocess.h>\n"
           "namespace %1 {\n"
           "class Process : public semper::UserProcess\n{\n"
           "    Q_OBJECT\npublic:\n"
           "    QCoro::Task<> run(semper::Process &) override { co_return; }\n};\n"
           "} // namespace %1\n"
           "SEMPER_USER_PROCESS(%1::Process)\n"
           "#include \"%1.moc\"\n"_s.arg(name);
}

} // namespace

/// Projects outside of this one, against what `cmake --install` puts into place.
class TestConsumer : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void whatIsInstalled_data();
    void whatIsInstalled();
    void nothingOfTheTestsIsInstalled();
    void fourLinesOfCMakeBuildAProcess();
    void aProcessThatTalksToRedisBuilds();
    void theFirstProcessOfTheReadmeBuildsAndRuns();
    void theDatabaseProcessOfTheDocsBuildsAndRuns();
    void theProgramOfTheDocsBuildsAndServes();
    void aPluginInAFolderBelowMayBeAUnityBuild();
    void whatTheCompilerGetsWrongIsRefused();
    void aProjectMayContainSemper();

private:
    [[nodiscard]] QString path(const QString &name) const { return m_directory.filePath(name); }
    void write(const QString &name, const QString &text);
    [[nodiscard]] QString build(const QString &source, const QString &into,
        const QStringList &options = {}, const QString &target = QStringLiteral("all"));
    void runOrders(const QString &pluginPath);
    void runVisitors(const QString &pluginPath);
    void runShop(const QString &program);

    QTemporaryDir m_directory;
};

void TestConsumer::initTestCase()
{
    const QString output = run(QStringLiteral(SEMPER_CMAKE),
        {u"--install"_s, qEnvironmentVariable("SEMPER_TEST_BUILD"), u"--prefix"_s,
            path(u"prefix"_s)});
    QVERIFY2(!output.startsWith(u"failed"_s), qPrintable(output));
}

void TestConsumer::whatIsInstalled_data()
{
    QTest::addColumn<QString>("file");
    for (const QString &file : {u"bin/semper-process"_s, u"lib/libSemperCore.so"_s,
             u"lib/semper/processes/monitor.so"_s, u"lib/semper/processes/heartbeat.so"_s,
             u"include/semper/userprocess.h"_s, u"include/semper/fakeclock.h"_s,
             u"include/semper/semper_core_export.h"_s, u"lib/libSemperDatabase.so"_s,
             u"include/semper/database.h"_s, u"include/semper/semper_database_export.h"_s,
             u"lib/cmake/Semper/SemperDatabaseTargets.cmake"_s,
             u"lib/cmake/Semper/SemperConfig.cmake"_s,
             u"lib/cmake/Semper/SemperConfigVersion.cmake"_s, u"share/semper/semper.schema.json"_s})
        QTest::addRow("%s", qUtf8Printable(file)) << file;
}

void TestConsumer::whatIsInstalled()
{
    QFETCH(const QString, file);
    QVERIFY(QFile::exists(path(u"prefix/"_s + file)));
}

void TestConsumer::nothingOfTheTestsIsInstalled()
{
    const QDir plugins(path(u"prefix/lib/semper/processes"_s));
    QCOMPARE(plugins.entryList(QDir::Files, QDir::Name),
        (QStringList{u"heartbeat.so"_s, u"monitor.so"_s}));
}

void TestConsumer::fourLinesOfCMakeBuildAProcess()
{
    const QString source
        = qEnvironmentVariable("SEMPER_TEST_SOURCE") + u"/tests/integration/consumer"_s;
    const QString output = build(source, path(u"shop"_s));
    QVERIFY2(!output.startsWith(u"failed"_s), qPrintable(output));
    QVERIFY(QFile::exists(path(u"shop/monitor.so"_s)));

    // Its class is called like one of ours: never one or the other by chance.
    TestHub hub;
    QProcess process;
    QProcessEnvironment environment = hub.environment();
    environment.insert(u"SEMPER_PLUGIN_PATH"_s, path(u"shop"_s));
    process.setProcessEnvironment(environment);
    hub.launch(process, path(u"prefix/bin/semper-process"_s), u"MonitorProcess"_s);
    QVERIFY(process.waitForStarted(patience));
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, patience);
    QCOMPARE(process.exitCode(), 78);
    const QString log = QString::fromLocal8Bit(process.readAllStandardError());
    QVERIFY2(log.contains(u"in more than one plugin"_s), qPrintable(log));
}

void TestConsumer::aProcessThatTalksToRedisBuilds()
{
#ifndef SEMPER_BUILD_REDIS
    QSKIP("built without Semper::Redis");
#endif
    const QString source
        = qEnvironmentVariable("SEMPER_TEST_SOURCE") + u"/tests/integration/consumer/redis"_s;
    const QString output = build(source, path(u"cache"_s));
    QVERIFY2(!output.startsWith(u"failed"_s), qPrintable(output));
    QVERIFY(QFile::exists(path(u"cache/cache.so"_s)));
}

void TestConsumer::theFirstProcessOfTheReadmeBuildsAndRuns()
{
    const QString readme = contentsOf(qEnvironmentVariable("SEMPER_TEST_SOURCE") + u"/README.md"_s);
    const qsizetype marker = readme.indexOf(u"<!-- first-process -->"_s);
    QVERIFY(marker >= 0);
    const QString code = blockBehind(readme, marker, u"cpp"_s);
    const QString cmake = blockBehind(readme, marker, u"cmake"_s);
    const QRegularExpressionMatch file = QRegularExpression(u"SOURCES (\\w+\\.cpp)"_s).match(cmake);
    QVERIFY2(file.hasMatch(), qPrintable(cmake));
    QVERIFY(code.count(u'\n') <= 25);
    QVERIFY(QDir(m_directory.path()).mkpath(u"visitors"_s));
    write(u"visitors/"_s + file.captured(1), code);
    write(u"visitors/CMakeLists.txt"_s, cmake);
    const QString output = build(path(u"visitors"_s), path(u"visitors/build"_s));
    QVERIFY2(!output.startsWith(u"failed"_s), qPrintable(output));
    runVisitors(path(u"visitors/build"_s));

    const QString installed = run(QStringLiteral(SEMPER_CMAKE),
        {u"--install"_s, path(u"visitors/build"_s), u"--prefix"_s, path(u"prefix"_s)});
    QVERIFY2(!installed.startsWith(u"failed"_s), qPrintable(installed));
    runVisitors(QString());
}

void TestConsumer::theDatabaseProcessOfTheDocsBuildsAndRuns()
{
    const QString text
        = contentsOf(qEnvironmentVariable("SEMPER_TEST_SOURCE") + u"/docs/database.md"_s);
    const qsizetype marker = text.indexOf(u"<!-- database-process -->"_s);
    QVERIFY(marker >= 0);
    QVERIFY(QDir(m_directory.path()).mkpath(u"orders"_s));
    write(u"orders/ordersprocess.cpp"_s, blockBehind(text, marker, u"cpp"_s));
    write(u"orders/CMakeLists.txt"_s, blockBehind(text, marker, u"cmake"_s));
    QString output = build(path(u"orders"_s), path(u"orders/build"_s));
    QVERIFY2(!output.startsWith(u"failed"_s), qPrintable(output));
    // Installed, it has to find the library, which no program of Semper's has loaded: also from a
    // prefix of its own.
    output = run(QStringLiteral(SEMPER_CMAKE),
        {u"--install"_s, path(u"orders/build"_s), u"--prefix"_s, path(u"own"_s)});
    QVERIFY2(!output.startsWith(u"failed"_s), qPrintable(output));
    runOrders(path(u"own/lib/semper/processes"_s));
    output = run(QStringLiteral(SEMPER_CMAKE),
        {u"--install"_s, path(u"orders/build"_s), u"--prefix"_s, path(u"prefix"_s)});
    QVERIFY2(!output.startsWith(u"failed"_s), qPrintable(output));
    runOrders(QString());
}

void TestConsumer::theProgramOfTheDocsBuildsAndServes()
{
#ifndef SEMPER_BUILD_SERVER
    QSKIP("built without Semper::Server");
#endif
    const QString text
        = contentsOf(qEnvironmentVariable("SEMPER_TEST_SOURCE") + u"/docs/http.md"_s);
    const qsizetype marker = text.indexOf(u"<!-- first-program -->"_s);
    QVERIFY(marker >= 0);
    QVERIFY(QDir(m_directory.path()).mkpath(u"program"_s));
    write(u"program/main.cpp"_s, blockBehind(text, marker, u"cpp"_s));
    write(u"program/CMakeLists.txt"_s, blockBehind(text, marker, u"cmake"_s));
    const QString output = build(path(u"program"_s), path(u"program/build"_s));
    QVERIFY2(!output.startsWith(u"failed"_s), qPrintable(output));
    runShop(path(u"program/build/shop"_s));
}

void TestConsumer::aPluginInAFolderBelowMayBeAUnityBuild()
{
    QVERIFY(QDir(m_directory.path()).mkpath(u"united/plugins"_s));
    write(u"united/CMakeLists.txt"_s,
        u"cmake_minimum_required(VERSION 3.22)\nproject(united CXX)\n"
        "find_package(Semper REQUIRED)\nadd_subdirectory(plugins)\n"_s);
    write(u"united/plugins/CMakeLists.txt"_s,
        u"semper_add_user_process(united SOURCES one.cpp two.cpp)\n"_s);
    for (const QString &name : {u"one"_s, u"two"_s})
        write(u"united/plugins/%1.cpp"_s.arg(name), processCalled(name));
    const QString output
        = build(path(u"united"_s), path(u"united/build"_s), {u"-DCMAKE_UNITY_BUILD=ON"_s});
    QVERIFY2(!output.startsWith(u"failed"_s), qPrintable(output));
    QVERIFY(QFile::exists(path(u"united/build/plugins/united.so"_s)));
}

void TestConsumer::whatTheCompilerGetsWrongIsRefused()
{
    QVERIFY(QDir(m_directory.path()).mkpath(u"wrong"_s));
    write(u"wrong/CMakeLists.txt"_s,
        u"cmake_minimum_required(VERSION 3.22)\nproject(wrong CXX)\n"
        "find_package(Semper REQUIRED)\n"
        "set(CMAKE_CXX_COMPILER_ID GNU)\nset(CMAKE_CXX_COMPILER_VERSION 12.2)\n"
        "semper_add_user_process(wrong SOURCES wrong.cpp)\n"_s);
    const QString await = u"co_await"_s;
    QString text = processCalled(u"wrong"_s);
    text.replace(u"co_return;"_s, u"if (%1 ready(process))\n            co_return;"_s.arg(await));
    write(u"wrong/wrong.cpp"_s, text);
    const QString output = build(path(u"wrong"_s), path(u"wrong/build"_s));
    QVERIFY(output.startsWith(u"failed"_s));
    QVERIFY2(output.contains(u"co_await in a condition"_s), qPrintable(output));
}

void TestConsumer::aProjectMayContainSemper()
{
    QVERIFY(QDir(m_directory.path()).mkpath(u"outer"_s));
    write(u"outer/CMakeLists.txt"_s,
        u"cmake_minimum_required(VERSION 3.22)\nproject(outer CXX)\n"
        "find_package(Qt6 REQUIRED COMPONENTS Core Network)\n"
        "find_package(QCoro6 REQUIRED COMPONENTS Core)\n"
        "set(SEMPER_BUILD_SERVER OFF)\nset(SEMPER_BUILD_DASHBOARD OFF)\n"
        "set(SEMPER_BUILD_REDIS OFF)\n"
        "include(FetchContent)\nFetchContent_Declare(Semper SOURCE_DIR \"%1\")\n"
        "FetchContent_MakeAvailable(Semper)\n" // which calls add_subdirectory()
        "if(TARGET helpers)\n  message(FATAL_ERROR \"its tests\")\nendif()\n"
        "semper_add_user_process(inner SOURCES inner.cpp)\n"_s.arg(
            qEnvironmentVariable("SEMPER_TEST_SOURCE")));
    write(u"outer/inner.cpp"_s, processCalled(u"inner"_s));
    const QString output = build(path(u"outer"_s), path(u"outer/build"_s), {}, u"inner"_s);
    QVERIFY2(!output.startsWith(u"failed"_s), qPrintable(output));
    QVERIFY(QFile::exists(path(u"outer/build/inner.so"_s)));
}

void TestConsumer::runOrders(const QString &pluginPath)
{
    TestHub hub;
    hub.setSettings({{u"database"_s, u"sqlite:"_s + path(u"orders.sqlite"_s)}});
    QProcess process;
    QProcessEnvironment environment = hub.environment();
    environment.insert(u"SEMPER_PLUGIN_PATH"_s, pluginPath);
    process.setProcessEnvironment(environment);
    hub.launch(process, path(u"prefix/bin/semper-process"_s), u"OrdersProcess"_s);
    QTRY_VERIFY_WITH_TIMEOUT(hub.counter(u"rounds"_s) > 0, patience);
    process.terminate();
    QVERIFY(process.waitForFinished(patience));
    QCOMPARE(process.exitCode(), 0);
}

void TestConsumer::write(const QString &name, const QString &text)
{
    QFile file(path(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text.toUtf8());
}

QString TestConsumer::build(
    const QString &source, const QString &into, const QStringList &options, const QString &target)
{
    const QString configured = run(QStringLiteral(SEMPER_CMAKE),
        options
            + QStringList{u"-S"_s, source, u"-B"_s, into, u"-G"_s,
                QStringLiteral(SEMPER_CMAKE_GENERATOR),
                u"-DCMAKE_PREFIX_PATH="_s + path(u"prefix"_s),
                u"-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror "_s + QStringLiteral(SEMPER_CXX_FLAGS),
                u"-DCMAKE_CXX_COMPILER="_s + QStringLiteral(SEMPER_CXX_COMPILER),
                u"-DCMAKE_CXX_COMPILER_LAUNCHER="_s + QStringLiteral(SEMPER_CXX_LAUNCHER)});
    if (configured.startsWith(u"failed"_s))
        return configured;
    return run(QStringLiteral(SEMPER_CMAKE), {u"--build"_s, into, u"--target"_s, target});
}

void TestConsumer::runShop(const QString &program)
{
    write(u"shop.json"_s, uR"({"control": {"listen": "127.0.0.1:0"},
             "services": {"shop": {"type": "http", "listen": "127.0.0.1:0"}}})"_s);
    QProcess server;
    server.start(program,
        {u"--config"_s, path(u"shop.json"_s), u"--socket"_s, path(u"socket"_s),
            u"--state-directory"_s, path(u"state"_s), u"--greeting"_s, u"good day"_s});
    QString printed;
    QTRY_VERIFY2_WITH_TIMEOUT(
        (printed += QString::fromLocal8Bit(server.readAllStandardOutput())).contains(u"\nready"_s),
        server.readAllStandardError().constData(), patience);
    const QRegularExpressionMatch address
        = QRegularExpression(u"shop (http://127\\.0\\.0\\.1:\\d+)"_s).match(printed);
    QVERIFY2(address.hasMatch(), qPrintable(printed));

    QNetworkAccessManager client;
    const std::unique_ptr<QNetworkReply> answer(
        client.get(QNetworkRequest(QUrl(address.captured(1) + u"/hello"_s))));
    QTRY_VERIFY_WITH_TIMEOUT(answer->isFinished(), patience);
    QCOMPARE(answer->readAll(), "good day");
    server.terminate();
    QVERIFY(server.waitForFinished(patience));
    QCOMPARE(server.exitCode(), 0);
}

void TestConsumer::runVisitors(const QString &pluginPath)
{
    TestHub hub;
    hub.setConnections(3);
    QProcess process;
    QProcessEnvironment environment = hub.environment();
    environment.insert(u"SEMPER_PLUGIN_PATH"_s, pluginPath);
    process.setProcessEnvironment(environment);
    hub.launch(process, path(u"prefix/bin/semper-process"_s), u"VisitorsProcess"_s);
    QTRY_COMPARE_WITH_TIMEOUT(hub.gauge(u"connections"_s), 3, patience);
    process.terminate();
    QVERIFY(process.waitForFinished(patience));
    QCOMPARE(process.exitCode(), 0);
}

QTEST_GUILESS_MAIN(TestConsumer)
#include "tst_consumer.moc"
