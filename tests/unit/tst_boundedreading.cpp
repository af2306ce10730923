// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/boundedreading.h"
#include "os/boundedwork.h"
#include "support/silentfilesystem.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 10'000;
/// Less than what a file system has to answer.
constexpr int atOnce = 500;

void write(const QString &path, const QByteArray &text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
    file.close();
    QVERIFY(file.setPermissions(QFile::ReadOwner));
}

/// What a launch that begins now finds.
EnvironmentResult found(AwaitedEnvironment &file, const QString &path)
{
    while (const auto work = file.await(path, std::nullopt))
        if (!QTest::qWaitFor([&work] { return work->isOver(); }, patience))
            return u"nothing"_s;
    return file.result();
}

} // namespace

/// Files that may be where nothing answers.
class TestBoundedReading : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatStandsThereIsRead();
    void aLaterLaunchReadsWhatStandsThereThen();
    void aFileSystemThatDoesNotAnswerIsToldOnTime();
    void aFileThatIsAnotherOneIsTold();
    void manyLooksAtWhatDoesNotAnswerTakeNoTime();
};

void TestBoundedReading::whatStandsThereIsRead()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"env"_s);
    write(path, "A=1\n");
    AwaitedEnvironment file;
    QCOMPARE(found(file, path), EnvironmentResult((QMap<QString, QString>{{u"A"_s, u"1"_s}})));
    QVERIFY(file.stamp() && file.stamp()->isCurrent());
    AwaitedEnvironment none;
    const QString missing = folder.filePath(u"none"_s);
    QCOMPARE(found(none, missing),
        EnvironmentResult(u"environment_file %1: No such file or directory"_s.arg(missing)));
}

// Also one that waits for a reading that began before it.
void TestBoundedReading::aLaterLaunchReadsWhatStandsThereThen()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"env"_s);
    AwaitedEnvironment first;
    static_cast<void>(first.await(path, std::nullopt));
    write(path, "A=2\n");
    AwaitedEnvironment second;
    QCOMPARE(found(second, path), EnvironmentResult((QMap<QString, QString>{{u"A"_s, u"2"_s}})));
}

void TestBoundedReading::aFileSystemThatDoesNotAnswerIsToldOnTime()
{
    const QTemporaryDir folder;
    const SilentFileSystem silent(folder.path());
    if (!silent.isMounted())
        QSKIP("only root can mount a file system, and not everywhere");
    const QString path = folder.filePath(u"env"_s);
    const EnvironmentResult silence
        = u"environment_file %1: cannot be read: its file system does not answer"_s.arg(path);
    QElapsedTimer taken;
    taken.start();
    AwaitedEnvironment file;
    const auto work = file.await(path, std::nullopt);
    QVERIFY(work);
    AwaitedEnvironment other;
    QCOMPARE(other.await(path, std::nullopt), work);
    QVERIFY2(taken.elapsed() < atOnce, qPrintable(QString::number(taken.elapsed())));
    QSignalSpy over(work.get(), &BoundedWork::over);
    QTRY_COMPARE_WITH_TIMEOUT(over.size(), 1, patience);
    QVERIFY(!file.await(path, std::nullopt));
    QCOMPARE(file.result(), silence);
    QVERIFY(!file.stamp());
    taken.start();
    for (int i = 0; i < 100; ++i) {
        AwaitedEnvironment later;
        QVERIFY(!later.await(path, std::nullopt));
        QCOMPARE(later.result(), silence);
    }
    QVERIFY2(taken.elapsed() < atOnce, qPrintable(QString::number(taken.elapsed())));
}

void TestBoundedReading::aFileThatIsAnotherOneIsTold()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"file"_s);
    const QString missing = folder.filePath(u"none"_s);
    write(path, "1");
    const QList<FileStamp> files{FileStamp(missing), FileStamp(path)};
    QCOMPARE(changeAmong(files), QString());
    QVERIFY(QFile::remove(path));
    QCOMPARE(changeAmong(files), path + u" has changed since it was started"_s);
    QCOMPARE(changeAmong({}), QString());
}

void TestBoundedReading::manyLooksAtWhatDoesNotAnswerTakeNoTime()
{
    const QTemporaryDir folder;
    const SilentFileSystem silent(folder.path());
    if (!silent.isMounted())
        QSKIP("only root can mount a file system, and not everywhere");
    QElapsedTimer taken;
    taken.start();
    for (int i = 0; i < 40; ++i) {
        const QString path = folder.filePath(QString::number(i % 20));
        QCOMPARE(changeAmong({FileStamp(path, "1")}), path + u" cannot be looked at in time"_s);
    }
    QVERIFY2(taken.elapsed() < 2 * atOnce, qPrintable(QString::number(taken.elapsed())));
}

QTEST_GUILESS_MAIN(TestBoundedReading)
#include "tst_boundedreading.moc"
