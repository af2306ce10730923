// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/database.h>
#include <semper/userprocess.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace test {

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
