// SPDX-License-Identifier: GPL-3.0-or-later
#include <semper/userprocess.h>

namespace test {

/// Defined nowhere.
void missing();

/// Its plugin has all that it promises, and cannot be loaded.
class Unloadable : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &) override
    {
        missing();
        co_return;
    }
};

} // namespace test

SEMPER_USER_PROCESS(test::Unloadable)

#include "unloadable.moc"
