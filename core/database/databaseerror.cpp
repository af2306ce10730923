// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/databaseerror.h>

#include <utility>

namespace semper {

DatabaseError::DatabaseError(const QString &text, QString nativeCode, QString sqlState)
    : std::runtime_error(text.toStdString())
    , m_nativeCode(std::move(nativeCode))
    , m_sqlState(std::move(sqlState))
{ }

DatabaseError::~DatabaseError() = default;

// Each here, so that its type is one and the same in every library that throws or catches it.
DatabaseError::DriverMissing::~DriverMissing() = default;
DatabaseError::Unreachable::~Unreachable() = default;
DatabaseError::ConnectionLost::~ConnectionLost() = default;
DatabaseError::Constraint::~Constraint() = default;
DatabaseError::Busy::~Busy() = default;
DatabaseError::TimedOut::~TimedOut() = default;
DatabaseError::TooLarge::~TooLarge() = default;
DatabaseError::QueueFull::~QueueFull() = default;
DatabaseError::Conversion::~Conversion() = default;
DatabaseError::Statement::~Statement() = default;

} // namespace semper
