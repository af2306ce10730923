// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/runningserver.h"
#include "support/silentfilesystem.h"
#include "support/survivors.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <optional>

#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace semper::test;

namespace {

constexpr int patience = 20'000;

QJsonObject shell(const QString &script)
{
    return {{u"command"_s, QJsonArray{u"/bin/sh"_s, u"-c"_s, script + u"; exec sleep 600"_s}}};
}

QJsonObject merged(QJsonObject object, const QJsonObject &more)
{
    for (auto it = more.begin(); it != more.end(); ++it)
        object.insert(it.key(), it.value());
    return object;
}

bool isRoot()
{
    return ::geteuid() == 0;
}

} // namespace

/// What a process finds around it: variables, its program, its output, its keyring.
class TestEnvironment : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void itsProgramIsFoundByItsPath_data();
    void itsProgramIsFoundByItsPath();
    void inheritsWhatItIsTold_data();
    void inheritsWhatItIsTold();
    void whereClassesAreIsNoMatterOfCommands();
    void anotherUserGetsNothingOfTheServersUser();
    void anotherUserCanOpenItsOutput();
    void anotherUserHasAKeyringOfItsOwn();
    void anotherUserMayRunWhereItMayNotGo();
    void aWrongLineOfItsFileIsToldWithoutTheSecret();
    void isTriedAgainWhileItsProgramIsWritten();
    void aFileSystemThatDoesNotAnswerHoldsUpNobody();
    void aFileSystemThatDoesNotAnswerHoldsUpNoCheck();

private:
    [[nodiscard]] QString variablesOf(const QJsonObject &process);
};

void TestEnvironment::initTestCase()
{
    qputenv("MAIL", "/var/mail/server");
    qputenv("SUDO_USER", "somebody");
    qputenv("XDG_DATA_DIRS", "/server/share");
    for (const char *name : {"GNUPGHOME", "LD_LIBRARY_PATH", "BASH_ENV", "PYTHONPATH", "PERL5LIB",
             "RUBYLIB", "NODE_PATH", "HOME"})
        qputenv(name, "/of/the/server");
    qputenv("KEYS", "/etc:/of/the/server/keys");
    qputenv("TZ", "UTC");
    qputenv("PATH", qgetenv("PATH") + ":/of/the/server");
}

/// What the server with this one process says of its variables.
QString TestEnvironment::variablesOf(const QJsonObject &process)
{
    RunningServer server({{u"it"_s,
        merged(shell(u"/usr/bin/env | while read -r line; do echo \"[$line]\"; done; echo done"_s),
            process)}});
    if (!server.start()
        || !QTest::qWaitFor([&] { return server.log().contains(u"it | done"_s); }, patience))
        return u"no process: "_s + server.log();
    return server.log();
}

void TestEnvironment::itsProgramIsFoundByItsPath_data()
{
    QTest::addColumn<QJsonObject>("process");
    QTest::addColumn<bool>("isFound");
    QTest::newRow("environment") << QJsonObject{{u"environment"_s,
        QJsonObject{{u"PATH"_s, u"FOLDER:/usr/bin:/bin"_s}}}}
                                 << true;
    QTest::newRow("environment_file")
        << QJsonObject{{u"environment_file"_s, u"FOLDER/env"_s}} << true;
    QTest::newRow("environment, with environment_file")
        << QJsonObject{{u"environment_file"_s, u"FOLDER/env"_s},
               {u"environment"_s, QJsonObject{{u"PATH"_s, u"/usr/bin:/bin"_s}}}}
        << false;
    QTest::newRow("neither") << QJsonObject() << false;
}

void TestEnvironment::itsProgramIsFoundByItsPath()
{
    QFETCH(QJsonObject, process);
    QFETCH(const bool, isFound);
    const QTemporaryDir folder;
    QFile program(folder.filePath(u"found-here"_s));
    QVERIFY(program.open(QIODevice::WriteOnly));
    program.write("#!/bin/sh\necho found\nexec sleep 600\n");
    program.close();
    program.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    QFile variables(folder.filePath(u"env"_s));
    QVERIFY(variables.open(QIODevice::WriteOnly));
    variables.write("export PATH=\"" + folder.path().toUtf8() + ":/usr/bin:/bin\" # here\n");
    variables.close();
    variables.setPermissions(QFile::ReadOwner);
    QByteArray text = QJsonDocument(process).toJson();
    process = QJsonDocument::fromJson(text.replace("FOLDER", folder.path().toUtf8())).object();
    process.insert(u"command"_s, QJsonArray{u"found-here"_s});
    RunningServer server({{u"it"_s, process}});
    const auto check
        = server.command({u"check"_s, u"--config"_s, server.folder() + u"/semper.json"_s});
    QCOMPARE(!check.standardOutput.contains("no program \"found-here\"")
            && !check.standardError.contains("no program \"found-here\""),
        isFound);
    QVERIFY2(server.start(), qPrintable(server.log()));
    if (isFound)
        QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | found"_s), patience);
    else
        QTRY_VERIFY_WITH_TIMEOUT(
            server.process(u"it"_s)[u"reason"_s].toString().startsWith(
                u"cannot start found-here: no program \"found-here\" in PATH ("_s),
            patience);
}

void TestEnvironment::inheritsWhatItIsTold_data()
{
    QTest::addColumn<QJsonObject>("process");
    QTest::addColumn<QStringList>("has");
    QTest::addColumn<QStringList>("lacks");
    const auto inherit = [](const QJsonValue &value) {
        return QJsonObject{{u"environment_inherit"_s, value}};
    };
    QTest::newRow("all by default") << QJsonObject()
                                    << QStringList{u"[MAIL=/var/mail/server]"_s, u"[TZ=UTC]"_s,
                                           u":/of/the/server]"_s, u"[SEMPER_PROCESS=it]"_s}
                                    << QStringList();
    QTest::newRow("all") << inherit(true) << QStringList{u"[MAIL=/var/mail/server]"_s}
                         << QStringList();
    QTest::newRow("nothing") << inherit(false) << QStringList{u"[SEMPER_PROCESS=it]"_s}
                             << QStringList{u"[MAIL="_s, u"[TZ="_s, u"[SUDO_USER="_s, u"[HOME="_s,
                                    u"/of/the/server"_s};
    QTest::newRow("a list") << inherit(QJsonArray{u"TZ"_s, u"NO_SUCH_VARIABLE"_s})
                            << QStringList{u"[TZ=UTC]"_s, u"[SEMPER_PROCESS=it]"_s}
                            << QStringList{
                                   u"[MAIL="_s, u"[HOME="_s, u"[NO_SUCH"_s, u"/of/the/server"_s};
    QTest::newRow("null takes one away") << QJsonObject{{u"environment"_s,
        QJsonObject{{u"MAIL"_s, QJsonValue::Null}, {u"NO_SUCH"_s, QJsonValue::Null},
            {u"OWN"_s, u"1"_s}}}} << QStringList{u"[OWN=1]"_s, u"[TZ=UTC]"_s}
                                         << QStringList{u"[MAIL="_s, u"[NO_SUCH"_s};
    QTest::newRow("its own are laid over nothing")
        << merged(inherit(false), {{u"environment"_s, QJsonObject{{u"TZ"_s, u"CET"_s}}}})
        << QStringList{u"[TZ=CET]"_s} << QStringList{u"[MAIL="_s};
}

void TestEnvironment::inheritsWhatItIsTold()
{
    QFETCH(const QJsonObject, process);
    QFETCH(const QStringList, has);
    QFETCH(const QStringList, lacks);
    const QString log = variablesOf(process);
    for (const QString &text : has)
        QVERIFY2(log.contains(text), qPrintable(text + u" not in "_s + log));
    for (const QString &text : lacks)
        QVERIFY2(!log.contains(text), qPrintable(text + u" in "_s + log));
}

void TestEnvironment::whereClassesAreIsNoMatterOfCommands()
{
    const QByteArray plugins = qgetenv("SEMPER_TEST_BUILD") + "/tests/plugins";
    qputenv("SEMPER_PLUGIN_PATH", plugins);
    RunningServer server({{u"it"_s, shell(u"echo \"[$SEMPER_PLUGIN_PATH]\""_s)},
        {u"own"_s,
            merged(shell(u"echo \"[$SEMPER_PLUGIN_PATH]\""_s),
                {{u"environment"_s, QJsonObject{{u"SEMPER_PLUGIN_PATH"_s, u"/own"_s}}}})},
        {u"class"_s, QJsonObject{{u"class"_s, u"test::Identify"_s}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | []"_s), patience);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"own | [/own]"_s), patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"class"_s)[u"state"_s], u"running"_s, patience);
    qunsetenv("SEMPER_PLUGIN_PATH");
}

void TestEnvironment::anotherUserGetsNothingOfTheServersUser()
{
    if (!isRoot())
        QSKIP("only root can run a process as nobody");
    const QString log = variablesOf({{u"user"_s, u"nobody"_s}});
    for (const QString &text : {u"[USER=nobody]"_s, u"[LOGNAME=nobody]"_s, u"[TZ=UTC]"_s,
             u"[PATH=/usr/local/bin:/usr/bin:/bin]"_s})
        QVERIFY2(log.contains(text), qPrintable(text + u" not in "_s + log));
    for (const QString &text : {u"[MAIL="_s, u"[SUDO_"_s, u"[XDG_"_s, u"/of/the/server"_s})
        QVERIFY2(!log.contains(text), qPrintable(text + u" in "_s + log));

    const QString number = variablesOf({{u"user"_s, u"54321"_s}, {u"run_as_group"_s, u"54321"_s}});
    for (const QString &text : {u"[HOME="_s, u"[USER="_s, u"[MAIL="_s})
        QVERIFY2(!number.contains(text), qPrintable(text + u" in "_s + number));
    QVERIFY2(number.contains(u"[TZ=UTC]"_s), qPrintable(number));

    const QString asked = variablesOf({{u"user"_s, u"nobody"_s},
        {u"environment_inherit"_s, QJsonArray{u"PATH"_s, u"XDG_DATA_DIRS"_s}}});
    QVERIFY2(asked.contains(u":/of/the/server]"_s), qPrintable(asked));
    QVERIFY2(asked.contains(u"[XDG_DATA_DIRS=/server/share]"_s), qPrintable(asked));
    QVERIFY2(!asked.contains(u"[TZ="_s), qPrintable(asked));
}

void TestEnvironment::anotherUserCanOpenItsOutput()
{
    if (!isRoot())
        QSKIP("only root can run a process as nobody");
    RunningServer server({{u"it"_s,
        merged(shell(u"echo one > /dev/stdout; echo two > /dev/stderr; echo three >> /dev/fd/1"_s),
            {{u"user"_s, u"nobody"_s}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    for (const QString &line : {u"it | one"_s, u"it | two"_s, u"it | three"_s})
        QTRY_VERIFY2_WITH_TIMEOUT(
            server.log().contains(line), qPrintable(line + u" not in "_s + server.log()), patience);
}

void TestEnvironment::anotherUserHasAKeyringOfItsOwn()
{
    if (!isRoot())
        QSKIP("only root can run a process as nobody");
    // Of this test's own, which the server inherits: where there are keyrings at all.
    if (::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) < 0)
        QSKIP("no keyrings here");
    const long own = ::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
    const QString script
        = u"import ctypes; l = ctypes.CDLL(None); "
          "print('keyring', l.syscall(%1, %2, %3, 0), flush=True); import time; time.sleep(600)"_s
              .arg(SYS_keyctl)
              .arg(KEYCTL_GET_KEYRING_ID)
              .arg(KEY_SPEC_SESSION_KEYRING);
    const QJsonObject python{{u"command"_s, QJsonArray{u"python3"_s, u"-c"_s, script}}};
    RunningServer server(
        {{u"its"_s, python}, {u"nobodys"_s, merged(python, {{u"user"_s, u"nobody"_s}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    const QString same = u"its | keyring %1\n"_s.arg(int(own));
    QTRY_VERIFY2_WITH_TIMEOUT(server.log().contains(same), qPrintable(server.log()), patience);
    QTRY_VERIFY2_WITH_TIMEOUT(
        server.log().contains(u"nobodys | keyring "_s), qPrintable(server.log()), patience);
    QVERIFY2(!server.log().contains(u"nobodys | keyring %1\n"_s.arg(int(own))),
        qPrintable(server.log()));
    QVERIFY2(!server.log().contains(u"nobodys | keyring -1\n"_s), qPrintable(server.log()));
}

// The folder of the configuration is root's alone here, and is where processes run by default. A
// link of the user's own leads nobody to where they may not go.
void TestEnvironment::anotherUserMayRunWhereItMayNotGo()
{
    if (!isRoot())
        QSKIP("only root can run a process as nobody");
    const QTemporaryDir folder;
    const QString secret = folder.filePath(u"secret"_s);
    QVERIFY(QDir().mkpath(secret));
    const QTemporaryDir open;
    QFile(open.path()).setPermissions(QFile::Permissions(0x7755));
    QVERIFY(QFile::link(secret, open.filePath(u"link"_s)));
    const QJsonObject process = merged(shell(u"echo at $(pwd -P)"_s), {{u"user"_s, u"nobody"_s}});
    RunningServer server({{u"here"_s, process},
        {u"link"_s, merged(process, {{u"directory"_s, open.filePath(u"link"_s)}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"here"_s)[u"state"_s], u"running"_s, patience);
    QCOMPARE(QFile::symLinkTarget(
                 u"/proc/%1/cwd"_s.arg(server.process(u"here"_s)[u"pid"_s].toInteger())),
        QFileInfo(server.folder()).canonicalFilePath());
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"link"_s)[u"reason"_s].toString(),
        u"cannot start /bin/sh in %1: chdir: Permission denied"_s.arg(open.filePath(u"link"_s)),
        patience);
}

void TestEnvironment::aWrongLineOfItsFileIsToldWithoutTheSecret()
{
    const QTemporaryDir folder;
    QFile variables(folder.filePath(u"env"_s));
    QVERIFY(variables.open(QIODevice::WriteOnly));
    variables.write("A=1\nhunter2\n");
    variables.close();
    variables.setPermissions(QFile::ReadOwner);
    RunningServer server(
        {{u"it"_s, merged(shell(u"true"_s), {{u"environment_file"_s, variables.fileName()}})}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"reason"_s].toString(),
        u"cannot start /bin/sh: environment_file %1: line 2: must be NAME=VALUE"_s.arg(
            variables.fileName()),
        patience);
    QVERIFY2(!server.log().contains(u"hunter2"_s), qPrintable(server.log()));
}

// Though it is to be started only once: the launch itself waits for a second, the server goes on.
void TestEnvironment::isTriedAgainWhileItsProgramIsWritten()
{
    const QTemporaryDir folder;
    QFile program(folder.filePath(u"written"_s));
    QVERIFY(program.open(QIODevice::WriteOnly));
    program.write("#!/bin/sh\necho written\n");
    program.flush();
    program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    RunningServer server({{u"it"_s,
        QJsonObject{{u"command"_s, QJsonArray{program.fileName()}},
            {u"restart"_s, QJsonObject{{u"policy"_s, u"never"_s}}}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"it"_s)[u"restarts"_s].toInt() > 1, patience);
    QVERIFY2(server.process(u"it"_s)[u"reason"_s].toString().endsWith(u"execve: Text file busy"_s),
        qPrintable(server.log()));
    program.close();
    QTRY_COMPARE_WITH_TIMEOUT(server.process(u"it"_s)[u"state"_s], u"done"_s, patience);
    QTRY_VERIFY_WITH_TIMEOUT(server.log().contains(u"it | written"_s), patience);
}

void TestEnvironment::aFileSystemThatDoesNotAnswerHoldsUpNobody()
{
    const QTemporaryDir folder;
    const QString silent = folder.filePath(u"silent"_s);
    QVERIFY(QDir().mkpath(silent));
    QFile script(folder.filePath(u"script"_s));
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("#!" + silent.toUtf8() + "/interpreter\n");
    script.close();
    script.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    const QString another = folder.filePath(u"another"_s);
    QVERIFY(QDir().mkpath(another));
    std::optional<SilentFileSystem> fileSystem(silent);
    const SilentFileSystem anotherSystem(another);
    if (!fileSystem->isMounted() || !anotherSystem.isMounted())
        QSKIP("only root can mount a file system, and not everywhere");

    const QJsonObject sleeper{{u"command"_s, QJsonArray{helperProgram(u"sleeper"_s)}}};
    const QJsonObject probe{
        {u"mode"_s, u"exec"_s}, {u"command"_s, QJsonArray{silent + u"/probe"_s}}};
    RunningServer server({{u"other"_s, sleeper},
        {u"program"_s, QJsonObject{{u"command"_s, QJsonArray{silent + u"/program"_s}}}},
        {u"many"_s,
            QJsonObject{{u"command"_s, QJsonArray{silent + u"/program"_s}}, {u"instances"_s, 40}}},
        {u"interpreter"_s, QJsonObject{{u"command"_s, QJsonArray{script.fileName()}}}},
        {u"directory"_s, merged(sleeper, {{u"directory"_s, silent}})},
        {u"path"_s,
            QJsonObject{{u"command"_s, QJsonArray{u"sleep"_s, u"600"_s}},
                {u"environment"_s, QJsonObject{{u"PATH"_s, silent + u":/usr/bin:/bin"_s}}}}},
        {u"file"_s, merged(sleeper, {{u"environment_file"_s, silent + u"/env"_s}})},
        {u"probe"_s, merged(sleeper, {{u"ready"_s, probe}})},
        {u"late"_s,
            QJsonObject{{u"command"_s, QJsonArray{another + u"/program"_s}},
                {u"ready"_s, QJsonObject{{u"timeout_ms"_s, 200}}}}}});
    QVERIFY2(server.start(), qPrintable(server.log()));
    for (int i = 1; i < 6; ++i) {
        QTRY_COMPARE_WITH_TIMEOUT(server.process(u"other"_s)[u"state"_s], u"running"_s, patience);
        const auto pid = pid_t(server.process(u"other"_s)[u"pid"_s].toInteger());
        QVERIFY(pid > 0 && ::kill(pid, SIGKILL) == 0);
        QTRY_COMPARE_WITH_TIMEOUT(server.process(u"other"_s)[u"restarts"_s], i, patience);
    }
    for (const QString &name : {u"program"_s, u"interpreter"_s, u"directory"_s, u"path"_s})
        QCOMPARE(server.process(name)[u"state"_s].toString(), u"starting"_s);
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"file"_s)[u"reason"_s].toString().endsWith(
                                 u"cannot be read: its file system does not answer"_s),
        patience);
    QTRY_VERIFY_WITH_TIMEOUT(server.process(u"late"_s)[u"reason"_s].toString().endsWith(
                                 u"the file system does not answer"_s),
        patience);
    fileSystem.reset(); // several that wait for one folder there cannot even be killed
    QCOMPARE(server.stop(), 0);
    QCOMPARE(survivors(server.mark()), QList<qint64>());
}

void TestEnvironment::aFileSystemThatDoesNotAnswerHoldsUpNoCheck()
{
    const QTemporaryDir folder;
    const QString silent = folder.filePath(u"silent"_s);
    QVERIFY(QDir().mkpath(silent));
    const SilentFileSystem fileSystem(silent);
    if (!fileSystem.isMounted())
        QSKIP("only root can mount a file system, and not everywhere");
    QJsonObject processes{
        {u"file"_s, merged(shell(u"true"_s), {{u"environment_file"_s, silent + u"/env"_s}})},
        {u"directory"_s, merged(shell(u"true"_s), {{u"directory"_s, silent + u"/there"_s}})}};
    for (int i = 0; i < 20; ++i)
        processes.insert(
            u"program%1"_s.arg(i), QJsonObject{{u"command"_s, QJsonArray{silent + u"/program"_s}}});
    QFile file(folder.filePath(u"semper.json"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const QJsonObject service{
        {u"type"_s, u"http"_s}, {u"listen"_s, u"127.0.0.1:0"_s}, {u"processes"_s, processes}};
    file.write(
        QJsonDocument(QJsonObject{{u"services"_s, QJsonObject{{u"a"_s, service}}}}).toJson());
    file.close();
    QProcess check;
    check.start(builtProgram(u"semper"_s), {u"check"_s, u"--config"_s, file.fileName()});
    QVERIFY(check.waitForFinished(patience));
    const QByteArray said = check.readAllStandardError();
    QVERIFY2(said.contains("/env\": its file system does not answer"), said.constData());
    QCOMPARE(said.count("its file system does not answer"), 22);
    QCOMPARE(check.exitCode(), 0);
}

QTEST_GUILESS_MAIN(TestEnvironment)
#include "tst_environment.moc"
