// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/database.h>
#include <semper/userprocess.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

#include <cstdlib>

#include <dirent.h>

namespace test {

namespace {

/// Of all that is static: aborts where a thread is still there that may use what is destroyed now.
struct Witness
{
    ~Witness()
    {
        int threads = 0;
        DIR *tasks = ::opendir("/proc/self/task");
        while (const dirent *entry = ::readdir(tasks))
            threads += entry->d_name[0] != '.' ? 1 : 0;
        ::closedir(tasks);
        if (threads > 1)
            std::abort();
    }
} const witness;

} // namespace

/// Writes a row every 20 ms to "database" of its settings, for ever, whatever happens to that.
class Writer : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        const auto options
            = semper::DatabaseOptions::fromSettings(process.settings().value(u"database"));
        const semper::Database db(process, options);
        while (!process.stopRequested()) {
            try {
                co_await db.execute(
                    u"insert into written (at) values (?)", QDateTime::currentDateTimeUtc());
                process.setStatus(u"writing");
            } catch (const semper::DatabaseError &error) {
                process.setStatus(QString::fromUtf8(error.what()));
            }
            co_await process.sleep(20ms);
        }
    }
};

/// Awaits a statement of "text" of its settings, which takes long.
class LongStatement : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override
    {
        const auto options
            = semper::DatabaseOptions::fromSettings(process.settings().value(u"database"));
        const semper::Database db(process, options);
        process.setStatus(u"awaiting");
        co_await db.query(process.settings().value(u"text").toString());
    }
};

} // namespace test

SEMPER_USER_PROCESS(test::Writer)
SEMPER_USER_PROCESS(test::LongStatement)

#include "databaseprocesses.moc"
