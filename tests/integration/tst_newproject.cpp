// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/runningserver.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <memory>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 20000;
constexpr int buildPatience = 280000;

struct Outcome
{
    int code = -1;
    QString output;
    QString errors;
};

[[nodiscard]] QByteArray contentsOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

/// `semper new`, and what it wrote as its author would use it: against an installed Semper.
class TestNewProject : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void aNewProjectIsListed();
    void inPathTheProgramIsCalledByItsName();
    void itIsMadeWhereItIsAskedFor();
    void whatIsThereStaysAsItIs();
    void withoutAFolderToPutItInNothingIsMade();
    void itConfiguresBuildsAndPassesItsTest_data();
    void itConfiguresBuildsAndPassesItsTest();
    void itRunsInTheForeground();
    void aServerKeepsItAlive();

private:
    [[nodiscard]] QString path(const QString &name) const { return m_folder->filePath(name); }
    /// \a program in \a folder, to its end.
    [[nodiscard]] Outcome run(const QString &folder, const QString &program,
        const QStringList &arguments, int limit = patience) const;
    [[nodiscard]] Outcome makeNew(const QStringList &arguments) const
    {
        return run(m_folder->path(), builtProgram(u"semper"_s), QStringList{u"new"_s} + arguments);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QTemporaryDir m_kept; ///< the prefix, and the project that is built
};

void TestNewProject::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

Outcome TestNewProject::run(
    const QString &folder, const QString &program, const QStringList &arguments, int limit) const
{
    QProcess process;
    process.setWorkingDirectory(folder);
    process.start(program, arguments);
    if (!process.waitForFinished(limit)) {
        process.kill();
        process.waitForFinished();
        return {
            .output = {}, .errors = u"%1 did not end: %2"_s.arg(program, process.errorString())};
    }
    return {.code = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
        .output = QString::fromUtf8(process.readAllStandardOutput()),
        .errors = QString::fromUtf8(process.readAllStandardError())};
}

void TestNewProject::aNewProjectIsListed()
{
    const Outcome outcome = makeNew({u"orders-monitor"_s});
    QCOMPARE(outcome.errors, QString());
    QCOMPARE(outcome.code, 0);
    QVERIFY(outcome.output.startsWith(
        u"orders-monitor has the user process OrdersMonitorProcess:\n  .gitignore\n"_s));
    QVERIFY(outcome.output.contains(u"\n  tests/tst_ordersmonitorprocess.cpp\n"_s));
    // No shell finds it by its name.
    QVERIFY2(
        outcome.output.contains(u"\n  %1 run OrdersMonitorProcess --plugin-directory build\n"_s.arg(
            QFileInfo(builtProgram(u"semper"_s)).canonicalFilePath())),
        qPrintable(outcome.output));
    // This one lies where it was built.
    QVERIFY2(outcome.output.contains(u"What to do next:\n  cmake --install "_s
                 + qEnvironmentVariable("SEMPER_TEST_BUILD") + u" --prefix PREFIX\n"_s)
            && outcome.output.contains(u" -DCMAKE_PREFIX_PATH=PREFIX && "_s),
        qPrintable(outcome.output));
    for (const QString &file : {u".gitignore"_s, u"CMakeLists.txt"_s, u"README.md"_s,
             u"ordersmonitorprocess.cpp"_s, u"ordersmonitorprocess.h"_s, u"semper.json"_s,
             u"tests/tst_ordersmonitorprocess.cpp"_s}) {
        const QByteArray contents = contentsOf(path(u"orders-monitor/"_s + file));
        QVERIFY2(!contents.isEmpty(), qPrintable(file));
        QVERIFY2(!contents.contains("@NAME@") && !contents.contains("@CLASS@")
                && !contents.contains("@FILE@"),
            qPrintable(file));
    }
}

void TestNewProject::inPathTheProgramIsCalledByItsName()
{
    const QByteArray before = qgetenv("PATH");
    qputenv("PATH", qgetenv("SEMPER_TEST_BIN") + ':' + before);
    const Outcome outcome = makeNew({u"orders"_s});
    qputenv("PATH", before);
    QVERIFY2(outcome.output.contains(u"\n  semper run OrdersProcess --plugin-directory build\n"_s)
            && outcome.output.contains(u"\n  semper serve --config semper.json\n"_s),
        qPrintable(outcome.output));
}

void TestNewProject::itIsMadeWhereItIsAskedFor()
{
    const Outcome outcome = makeNew({u"orders"_s, u"--directory"_s, m_folder->path(), u"--json"_s});
    QCOMPARE(outcome.errors, QString());
    const QJsonObject made = QJsonDocument::fromJson(outcome.output.toUtf8()).object();
    QCOMPARE(made[u"directory"_s].toString(), path(u"orders"_s));
    QCOMPARE(made[u"class"_s].toString(), u"OrdersProcess"_s);
    QCOMPARE(made[u"files"_s].toArray().size(), 7);
    QVERIFY(QFile::exists(path(u"orders/CMakeLists.txt"_s)));
}

void TestNewProject::whatIsThereStaysAsItIs()
{
    QFile file(path(u"orders"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("mine");
    file.close();
    QVERIFY(QDir(m_folder->path()).mkdir(u"empty"_s));
    QVERIFY(QFile::link(u"/nowhere/at/all"_s, path(u"link"_s)));
    for (const QString &name : {u"orders"_s, u"empty"_s, u"link"_s}) {
        const Outcome outcome = makeNew({name});
        QCOMPARE(outcome.code, 1);
        QCOMPARE(outcome.errors, name + u": is there already; nothing is overwritten\n"_s);
        QCOMPARE(outcome.output, QString());
    }
    QCOMPARE(contentsOf(path(u"orders"_s)), "mine");
    QVERIFY(QDir(path(u"empty"_s)).isEmpty());
}

void TestNewProject::withoutAFolderToPutItInNothingIsMade()
{
    const Outcome outcome = makeNew({u"orders"_s, u"--directory"_s, path(u"no/such"_s)});
    QCOMPARE(outcome.code, 1);
    QCOMPARE(outcome.errors, path(u"no/such"_s) + u": there is no such folder\n"_s);
    QVERIFY(QDir(m_folder->path()).isEmpty());
}

void TestNewProject::itConfiguresBuildsAndPassesItsTest_data()
{
    QTest::addColumn<QString>("plugin");
    QTest::newRow("orders-monitor") << u"ordersmonitorprocess.so"_s;
    // Its class is called like that of Semper that it inherits.
    QTest::newRow("user") << u"userprocess.so"_s;
}

void TestNewProject::itConfiguresBuildsAndPassesItsTest()
{
    QFETCH(const QString, plugin);
    const QString name = QString::fromLatin1(QTest::currentDataTag());
    const QString cmake = QStringLiteral(SEMPER_CMAKE);
    const QString project = m_kept.filePath(name);
    if (!QDir(m_kept.filePath(u"prefix"_s)).exists()) {
        const Outcome installed = run(m_kept.path(), cmake,
            {u"--install"_s, qEnvironmentVariable("SEMPER_TEST_BUILD"), u"--prefix"_s,
                m_kept.filePath(u"prefix"_s)},
            buildPatience);
        QVERIFY2(installed.code == 0, qPrintable(installed.errors));
    }

    const Outcome made
        = run(m_kept.path(), m_kept.filePath(u"prefix/bin/semper"_s), {u"new"_s, name});
    QVERIFY2(made.code == 0, qPrintable(made.errors));
    const QString prefix
        = u"-DCMAKE_PREFIX_PATH="_s + QDir(m_kept.filePath(u"prefix"_s)).canonicalPath();
    QVERIFY2(made.output.contains(prefix), qPrintable(made.output));

    const Outcome configured = run(project, cmake,
        {u"-S"_s, u"."_s, u"-B"_s, u"build"_s, u"-G"_s, QStringLiteral(SEMPER_CMAKE_GENERATOR),
            prefix,
            u"-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror "_s + QStringLiteral(SEMPER_CXX_FLAGS),
            u"-DCMAKE_CXX_COMPILER="_s + QStringLiteral(SEMPER_CXX_COMPILER),
            u"-DCMAKE_CXX_COMPILER_LAUNCHER="_s + QStringLiteral(SEMPER_CXX_LAUNCHER)},
        buildPatience);
    QVERIFY2(configured.code == 0, qPrintable(configured.output + configured.errors));
    const Outcome built = run(project, cmake, {u"--build"_s, u"build"_s}, buildPatience);
    QVERIFY2(built.code == 0, qPrintable(built.output + built.errors));
    QVERIFY(QFile::exists(project + u"/build/"_s + plugin));

    const Outcome tested = run(project, QStringLiteral(SEMPER_CTEST),
        {u"--test-dir"_s, u"build"_s, u"--output-on-failure"_s, u"--no-tests=error"_s},
        buildPatience);
    QVERIFY2(tested.code == 0, qPrintable(tested.output + tested.errors));
    QVERIFY2(tested.output.contains(u"100% tests passed"_s), qPrintable(tested.output));
}

void TestNewProject::itRunsInTheForeground()
{
    QProcess process;
    process.setWorkingDirectory(m_kept.filePath(u"orders-monitor"_s));
    process.start(m_kept.filePath(u"prefix/bin/semper"_s),
        {u"run"_s, u"OrdersMonitorProcess"_s, u"--plugin-directory"_s, u"build"_s});
    QByteArray output;
    QTRY_VERIFY_WITH_TIMEOUT(
        (output += process.readAllStandardOutput()).contains("connections"), patience);
    process.terminate();
    QVERIFY(process.waitForFinished(patience));
    QCOMPARE(process.exitCode(), 0);
}

void TestNewProject::aServerKeepsItAlive()
{
    const QString project = m_kept.filePath(u"orders-monitor"_s);
    QByteArray text = contentsOf(project + u"/semper.json"_s);
    // Its ports may be taken here, and its folder is not that of the server's configuration.
    text.replace("127.0.0.1:18305", "127.0.0.1:0").replace("127.0.0.1:18306", "127.0.0.1:0");
    text.replace("\"build\"", '"' + project.toUtf8() + "/build\"");
    RunningServer server(QJsonObject{});
    QJsonObject configuration = QJsonDocument::fromJson(text).object();
    configuration[u"state_directory"_s] = server.folder() + u"/state"_s;
    server.configure(QJsonDocument(configuration).toJson());
    QVERIFY2(server.start(), qPrintable(server.log()));

    const QString name = u"orders-monitor"_s;
    QTRY_COMPARE_WITH_TIMEOUT(server.process(name)[u"state"_s].toString(), u"running"_s, patience);
    const qint64 pid = server.process(name)[u"pid"_s].toInteger();
    QVERIFY(pid > 1);
    QCOMPARE(::kill(pid_t(pid), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(name)[u"restarts"_s].toInt(), 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(name)[u"state"_s].toString(), u"running"_s, patience);
    QCOMPARE(server.stop(), 0);
}

QTEST_GUILESS_MAIN(TestNewProject)
#include "tst_newproject.moc"
