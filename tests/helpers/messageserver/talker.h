// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/userprocess.h>

/// Writes the number of each message to the file that its settings name, "PID NUMBER" a line, and
/// does as a request says.
class Talker : public semper::UserProcess
{
    Q_OBJECT
public:
    QCoro::Task<> run(semper::Process &process) override;

private:
    QCoro::Task<QJsonObject> answer(semper::Process &process, QJsonObject request);
    QCoro::Task<QJsonObject> flood(semper::Process &process);
};
